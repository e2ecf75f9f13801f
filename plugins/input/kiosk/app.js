/*
 * app.js - the screens: faces, then maybe a reason and a few words, then thank you.
 *
 * The config is an attribute of <body>, so the page that the service worker has kept
 * works without asking anybody.  Whoever walks away leaves the face that he touched: after
 * `idle` the page goes back, and the press counts without a reason.
 */
import { Queue } from './queue.js';

const config = JSON.parse(document.body.dataset.kiosk);
const words = {
  zh: { faces: { 4: ['非常不满意', '不满意', '满意', '非常满意'],
    5: ['非常不满意', '不满意', '一般', '满意', '非常满意'] },
  lang: 'English', why: '主要是因为？', write: '写几句', skip: '跳过', send: '提交',
  placeholder: '请写下您的意见（请勿填写电话等个人信息）', back: '返回', wait: '待上传',
  key: '此设备未被接受：请联系管理员', full: '存储失败：请联系管理员',
  setup: '此设备尚未登记。请在服务器上运行 heard kiosk key，并在本机打开它给出的网址。' },
  en: { faces: { 4: ['Very unhappy', 'Unhappy', 'Happy', 'Very happy'],
    5: ['Very unhappy', 'Unhappy', 'So-so', 'Happy', 'Very happy'] },
  lang: '中文', why: 'What is the main reason?', write: 'Write a few words', skip: 'Skip',
  send: 'Send', placeholder: 'Tell us more (please leave out phone numbers and the like)',
  back: 'Back', wait: 'to be sent', key: 'This device is not accepted: please tell the manager',
  full: 'It cannot be stored: please tell the manager',
  setup: 'This device is not enrolled. Run heard kiosk key on the server, and open the address '
    + 'that it prints on this device.' },
};
const colours = ['#d9453a', '#f0883e', '#f2c037', '#8cc152', '#34a35a'];
const TOUCH_REST = 350; /* a second touch so soon was meant for the screen before */
const RELOAD_REST = 10 * 60000;

let lang = config.lang;
let screen = { name: '' };
let shownAt = 0;
let timer = 0;
let isBroken = false;
/* A screen waits three times `idle` at most, and says twice within one that it is alive. */
const queue = new Queue(config.path + '/batch', () => showState(), config.idle * 4);

/* ---- drawing */

function make(tag, attributes, ...children) {
  const svg = /^(svg|circle|path)$/.test(tag);
  const e = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) e[name] = value;
    else if (value !== undefined) e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

/* From 0, the worst, to 1. */
function face(quality) {
  const ink = { fill: 'none', stroke: '#1b2430', 'stroke-width': 5, 'stroke-linecap': 'round' };
  const bend = (quality - 0.5) * 44;
  const y = 68 - bend * 0.25;
  const parts = [
    make('circle', { cx: 50, cy: 50, r: 47, fill: colours[Math.round(quality * 4)] }),
    make('circle', { cx: 34, cy: 42, r: 5.5, fill: '#1b2430' }),
    make('circle', { cx: 66, cy: 42, r: 5.5, fill: '#1b2430' }),
    make('path', quality === 1
      ? { d: 'M27 58 Q50 66 73 58 Q68 84 50 84 Q32 84 27 58 Z', fill: '#1b2430' }
      : { ...ink, d: `M30 ${y} Q50 ${y + bend} 70 ${y}` }),
  ];
  if (quality === 0) parts.push(make('path', { ...ink, d: 'M25 27 L40 33 M75 27 L60 33' }));
  return make('svg', { viewBox: '0 0 100 100', 'aria-hidden': 'true' }, ...parts);
}

/* After a complaint a smile would be mockery. */
function tick() {
  return make('svg', { viewBox: '0 0 100 100', 'aria-hidden': 'true' },
    make('circle', { cx: 50, cy: 50, r: 47, fill: colours[4] }),
    make('path', { d: 'M28 52 L44 68 L73 36', fill: 'none', stroke: '#fff', 'stroke-width': 9,
      'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
}

function button(name, text, act) {
  return make('button', { type: 'button', class: name, onclick: touched(act) }, text);
}

/* Not twice by one finger, nor for the screen that has just gone. */
function touched(act) {
  return (event) => {
    event.preventDefault();
    if (Date.now() - shownAt >= TOUCH_REST || Date.now() < shownAt) act();
  };
}

/* ---- screens */

function show(name, more) {
  clearTimeout(timer);
  screen = { name, ...more };
  shownAt = Date.now();
  draw();
}

function draw() {
  const main = document.querySelector('main');
  const w = words[lang];
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.body.className = screen.name;
  main.replaceChildren(...screens[screen.name](w));
  const toggle = button('lang', w.lang, () => {
    lang = lang === 'zh' ? 'en' : 'zh';
    draw();
    restIn(config.idle, screen.name === 'faces' ? home : leave);
  });
  toggle.lang = lang === 'zh' ? 'en' : 'zh-CN';
  if (screen.name !== 'thanks') main.append(toggle);
  showState();
}

function restIn(ms, act) {
  clearTimeout(timer);
  timer = setTimeout(act, ms);
  keep();
}

/* Somebody is still at it. */
function keep() {
  const { seq, keptAt } = screen;
  if (seq === undefined || Math.abs(Date.now() - keptAt) < config.idle / 2) return;
  screen.keptAt = Date.now();
  queue.keep(seq).catch(() => {}); /* then closing it fails, too, and says so */
}

function home() {
  lang = config.lang;
  show(queue.device ? 'faces' : 'setup');
  reloadIfNew();
}

const screens = {
  setup: (w) => [make('p', { class: 'lead' }, w.setup)],

  faces: (w) => [
    make('h1', {}, config.question[lang]),
    make('div', { class: 'faces', role: 'group' }, ...w.faces[config.faces].map((label, r) =>
      make('button', { type: 'button', class: 'face', 'data-r': r, onclick: touched(() => press(r)) },
        face(r / (config.faces - 1)), make('span', {}, label))).reverse()),
  ],

  reasons: (w) => [
    make('h1', {}, w.why),
    make('div', { class: 'reasons' }, ...config.reasons.map((reason) =>
      button('reason', reason[lang], () => choose(reason.id)))),
    make('div', { class: 'actions' }, button('plain', w.skip, () => leave())),
  ],

  text: (w) => [
    make('h1', {}, w.write),
    make('textarea', { maxlength: 500, placeholder: w.placeholder, autocomplete: 'off',
      oninput: (e) => { screen.text = e.target.value; restIn(config.idle * 3, leave); } },
    screen.text || ''),
    make('div', { class: 'actions' }, button('plain', w.skip, () => { screen.text = ''; leave(); }),
      button('main', w.send, () => leave())),
  ],

  thanks: (w) => [
    make('button', { type: 'button', class: 'over', onclick: touched(home) },
      tick(), make('strong', {}, config.thanks[lang]), make('small', {}, w.back)),
  ],
};

/* ---- what is touched */

async function press(r) {
  if (screen.isTaken) return;
  screen.isTaken = true;
  const asks = r <= config.reasonsFor && (config.reasons.length || config.text);
  const given = { ts: Date.now(), r, lang };
  try {
    const seq = await queue.add(asks ? { ...given, open: given.ts } : given);
    isBroken = false;
    if (!asks) return thank();
    show(config.reasons.length ? 'reasons' : 'text', { seq, keptAt: given.ts });
    restIn(config.idle, leave);
  } catch (e) {
    isBroken = true;
    thank();
  }
}

function choose(reason) {
  if (!config.text) {
    screen.reason = reason;
    leave();
    return;
  }
  show('text', { seq: screen.seq, keptAt: screen.keptAt, reason });
  restIn(config.idle, leave);
}

/* Done, skipped, or walked away. */
function leave() {
  const { seq, reason, text } = screen;
  const more = { lang };
  if (reason) more.reason = reason;
  if (text && text.trim()) more.text = text.trim();
  if (seq !== undefined) queue.close(seq, more).catch(() => { isBroken = true; });
  thank();
}

function thank() {
  show('thanks');
  restIn(config.thanksFor, home);
}

/* ---- the rest */

/* For the staff: nothing while all is well. */
function showState() {
  const w = words[lang];
  const state = document.querySelector('footer');
  const problem = isBroken ? w.full : queue.link === 'key' ? w.key : '';
  document.body.dataset.queue = queue.length;
  document.body.dataset.link = queue.link;
  state.textContent = problem || (queue.link === 'off' && queue.length
    ? `${queue.length} ${w.wait}` : '');
  state.className = problem ? 'bad' : '';
}

/* The server has another page than this one: take it while nobody stands here. */
function reloadIfNew() {
  const last = Number(sessionStorage.getItem('reloaded')) || 0;
  if (!queue.page || queue.page === config.page || Math.abs(Date.now() - last) < RELOAD_REST) return;
  sessionStorage.setItem('reloaded', Date.now());
  location.reload();
}

async function enrol() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.get('device') || !given.get('key')) return;
  await queue.enrol(given.get('device'), given.get('key'));
  history.replaceState(null, '', config.path); /* the key is not left for all to read */
}

async function keepAwake() {
  try {
    if (!document.hidden) await navigator.wakeLock.request('screen');
  } catch (e) { /* the system's own setting has to do it */ }
}

async function begin() {
  addEventListener('contextmenu', (e) => e.preventDefault());
  addEventListener('hashchange', () => enrol().then(home));
  document.addEventListener('visibilitychange', keepAwake);
  keepAwake();
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(config.path + '/sw.js', { scope: config.path });
  }
  await queue.open();
  await enrol();
  home();
  setInterval(() => { if (screen.name === 'faces') reloadIfNew(); }, 60000);
}

begin().catch(() => {
  isBroken = true;
  show('setup');
});
