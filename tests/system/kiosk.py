"""kiosk.py - what t1140 does on the kiosk's page in a real browser.

    kiosk.py shots FOLDER URL WIDTHxHEIGHT...    every screen in both languages
    kiosk.py enrol PROFILE URL                   open the address of `heard kiosk key`, press
                                                 the best face, then the worst and walk away
    kiosk.py press PROFILE URL N FROM HOURS SHOT the presses FROM to FROM + N of the 10,000
                                                 that are spread over the last HOURS
    kiosk.py send PROFILE URL                    wait until all are sent
    kiosk.py spoilt PROFILE URL                  three presses: with half a character, with one
                                                 that no JSON of ours may have, and a good one
    kiosk.py tabs PROFILE URL                    a second tab is opened, and sends, while the
                                                 first asks for the reason: of one who gives
                                                 it, of one who types, and of one long gone

With a PROFILE the browser is a new one each time, with the storage of the last.  `press`
ends it with SIGKILL.  The clock of the page is shifted by a script that runs before the
page's own; everything else is as a finger does it.  What is wrong ends in a sentence.
"""
import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib")
from browser import Browser, BrowserError  # noqa: E402

CLOCK = """(() => {
  const Real = Date;
  window.clockShift = %d;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Date.now()); }
    static now() { return Real.now() + window.clockShift; }
  };
})();"""

# Each press: the face; after the worst one of two reasons or none; then "thank you" away.
PRESS = """
const [n, first, step] = arguments;
const shown = (name) => new Promise((resolve, reject) => {
  const is = () => document.body.className === name;
  if (is()) return resolve();
  const late = setTimeout(() => reject(new Error(`${name} does not come, but ${document.body.className}`)), 20000);
  const watch = new MutationObserver(() => {
    if (!is()) return;
    watch.disconnect();
    clearTimeout(late);
    resolve();
  });
  watch.observe(document.body, { attributeFilter: ['class'] });
});
const touch = (css) => { window.clockShift += 400; document.querySelector(css).click(); };
for (let i = first; i < first + n; i++) {
  await shown('faces');
  const before = window.clockShift;
  touch(`.face[data-r="${i % 4}"]`);
  if (i % 4 === 0) {
    await shown('reasons');
    touch(i % 3 ? `.reason:nth-child(${i % 3})` : '.plain');
  }
  await shown('thanks');
  touch('.over');
  window.clockShift = before + step;
}
await shown('faces');
return Number(document.body.dataset.queue);
"""

FITS = """
const [least] = arguments;
const wrong = [];
const root = document.documentElement;
if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) wrong.push('it scrolls');
const boxes = [...document.querySelectorAll('main button, main h1, main textarea, main .lead')]
  .filter((e) => e.className !== 'over')
  .map((e) => ({ e, r: e.getBoundingClientRect() }));
for (const { e, r } of boxes) {
  const name = e.className || e.tagName;
  if (r.left < 0 || r.top < 0 || r.right > innerWidth + .5 || r.bottom > innerHeight + .5)
    wrong.push(`${name} is cut off`);
  if (e.tagName === 'BUTTON' && e.className !== 'lang' && Math.min(r.width, r.height) < least)
    wrong.push(`${name} is ${Math.round(r.width)}x${Math.round(r.height)}`);
  if (e.scrollWidth > e.clientWidth + 1) wrong.push(`the text of ${name} is too long`);
}
for (const a of boxes) for (const b of boxes) {
  if (a === b || a.e.contains(b.e) || b.e.contains(a.e)) continue;
  if (a.r.left < b.r.right && b.r.left < a.r.right && a.r.top < b.r.bottom && b.r.top < a.r.bottom)
    wrong.push(`${a.e.className || a.e.tagName} lies over ${b.e.className || b.e.tagName}`);
}
return wrong;
"""


def is_on(b, name):
    b.until(lambda: b.run("return document.body.className") == name, 20,
            f"the screen {name} does not come")


def touch(b, css):
    time.sleep(0.4)  # the page takes no second touch so soon; no event says when it would
    b.click(css)


def sent(b, seconds=120):
    b.until(lambda: b.run("return document.body.dataset.queue") == "0", seconds,
            "not everything is sent")


def shots(folder, url, *sizes):
    for size in sizes:
        width, height = map(int, size.split("x"))
        with Browser(width=width, height=height, lang="zh-CN") as b:
            def picture(name):
                for _ in range(2):  # both languages
                    lang = b.run("return document.documentElement.lang")[:2]
                    wrong = b.run(FITS, 60)
                    b.shot(f"{folder}/kiosk-{name}-{lang}-{size}.png", full=False)
                    if wrong:
                        raise BrowserError(f"{name} at {size}, {lang}: {', '.join(wrong)}")
                    if name != "thanks":
                        touch(b, ".lang")

            b.go(url.split("#")[0])
            is_on(b, "setup")
            picture("setup")
            b.go("about:blank")
            b.go(url)
            is_on(b, "faces")
            if "key" in b.url():
                raise BrowserError("the key is left in the address")
            picture("faces")
            if b.count(".face") == 5:
                continue  # the others are the same
            touch(b, ".face[data-r='0']")
            is_on(b, "reasons")
            picture("reasons")
            touch(b, ".reason")
            is_on(b, "text")
            b.type("textarea", "收银台只开了一个，等了二十分钟")
            picture("text")
            touch(b, ".main")
            is_on(b, "thanks")
            time.sleep(0.5)  # of the face that comes in
            picture("thanks")
            touch(b, ".over")
            is_on(b, "faces")
            sent(b)


def enrol(profile, url):
    with Browser(width=1280, height=800, profile=profile) as b:
        b.go(url)
        is_on(b, "faces")
        b.run_async("await navigator.serviceWorker.ready;"
                    "while ((await (await caches.open('heard-kiosk')).keys()).length < 6)"
                    "  await new Promise((r) => setTimeout(r, 20));", seconds=30)
        touch(b, ".face[data-r='3']")
        is_on(b, "thanks")
        is_on(b, "faces")
        touch(b, ".lang")
        touch(b, ".face[data-r='0']")
        is_on(b, "reasons")  # and now nobody touches it any more
        is_on(b, "faces")
        if b.run("return document.documentElement.lang") != "zh-CN":
            raise BrowserError("the next one finds another's language")
        sent(b)


def press(profile, url, n, first, hours, shot):
    """72 hours are spread over the presses of all calls together."""
    n, first = int(n), int(first)
    step = float(hours) * 3600000 / 10000
    with Browser(width=800, height=480, profile=profile) as b:
        b.before_pages(CLOCK % int(-float(hours) * 3600000 + first * step))
        b.offline(True)
        b.go(url)
        is_on(b, "faces")
        queued = b.run_async(PRESS, n, first, step, seconds=600)
        b.until(lambda: b.run("return document.body.dataset.link") == "off", 70,
                "the page thinks that it has sent something")
        b.shot(shot, full=False)
        print(queued)
        sys.stdout.flush()
        b.kill()


def send(profile, url):
    with Browser(width=800, height=480, profile=profile) as b:
        b.go(url)
        is_on(b, "faces")
        print(b.run("return document.body.dataset.queue"))
        sys.stdout.flush()
        sent(b)


SPOILT = """
const request = indexedDB.open('heard-kiosk');
await new Promise((resolve) => { request.onsuccess = resolve; });
const presses = request.result.transaction('presses', 'readwrite').objectStore('presses');
const press = { device: 'shop-3', ts: Date.now(), lang: 'zh' };
presses.add({ ...press, r: 1, text: 'half \\ud83d' });
presses.add({ ...press, r: 0, text: 'a\\0b' });
presses.add({ ...press, r: 2 });
await new Promise((resolve) => { presses.transaction.oncomplete = resolve; });
request.result.close();
"""


def spoilt(profile, url):
    with Browser(width=800, height=480, profile=profile) as b:
        b.go(url)
        is_on(b, "faces")
        b.run_async(SPOILT)
        b.go(url)
        b.until(lambda: b.run("return document.body.dataset.queue") == "1", 60,
                "what is behind the bad one is not sent")

# Two tabs share a storage, so two queues of one page are to it what they are.
TABS = """
const { Queue } = await import('/kiosk/queue.js');
const [first, second] = [0, 1].map(() => new Queue('/kiosk/batch', () => {}, 3000));
const isEmpty = async () => !(await new Promise((resolve) => {
  first.read('presses').count().onsuccess = (e) => resolve(e.target.result);
}));
const emptied = async () => {
  while (!await isEmpty()) await new Promise((r) => setTimeout(r, 20));
};
let hear, taken;
const mayHear = new Promise((resolve) => { hear = resolve; });
const isTaken = new Promise((resolve) => { taken = resolve; });
second.ask = async (...given) => {
  const answer = await Queue.prototype.ask.apply(second, given);
  taken();
  await mayHear;
  return answer;
};
await first.open();
// Their times are apart: so many in a few seconds would be a burst.
const press = { ts: Date.now() - 60000, r: 0, lang: 'zh' };
const seq = await first.add({ ...press, open: press.ts });
await second.open();
await isTaken;
await first.close(seq, { reason: 'queue' });
await emptied();
hear();
second.ask = Queue.prototype.ask;

const third = new Queue('/kiosk/batch', () => {}, 3000);
const typed = await first.add({ ...press, ts: press.ts + 20000, open: Date.now() });
await third.open();
for (let i = 0; i < 8; i++) { // longer than patience, but he is still typing
  await new Promise((r) => setTimeout(r, 500));
  await first.keep(typed);
}
if (await isEmpty()) throw new Error('a press that is still being given was sent');
await first.close(typed, { reason: 'staff', text: '店员很忙' });
await emptied();

await first.add({ ...press, ts: press.ts + 40000, open: Date.now() });
const began = Date.now();
await new Queue('/kiosk/batch', () => {}, 3000).open();
await emptied(); // nobody has closed it
if (Date.now() - began < 2500) throw new Error('a young press was closed');
"""

# Another tab, opened while this one shows the reasons.
SECOND = """
const { Queue } = await import('/kiosk/queue.js');
await new Queue('/kiosk/batch', () => {}, 12000).open();
"""


def tabs(profile, url):
    with Browser(width=800, height=480, profile=profile) as b:
        b.go(url)
        is_on(b, "faces")
        sent(b)
        b.run_async(TABS, seconds=60)
        b.go(url)
        is_on(b, "faces")
        touch(b, ".face[data-r='0']")
        is_on(b, "reasons")
        b.run_async(SECOND, seconds=60)
        touch(b, ".reason")
        is_on(b, "thanks")
        sent(b)


{"shots": shots, "enrol": enrol, "press": press, "send": send, "spoilt": spoilt,
 "tabs": tabs}[sys.argv[1]](*sys.argv[2:])
