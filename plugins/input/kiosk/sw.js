/*
 * sw.js - the page without a network: what was loaded once is kept.
 *
 * The server is asked first, so that a new page is there at once, but not for longer than
 * a person would wait.  Batches pass by: queue.js keeps and repeats those.
 */
const CACHE = 'heard-kiosk';
const PATIENCE = 3000;
const path = new URL(self.registration.scope).pathname;
const files = ['', '/app.js', '/queue.js', '/app.css', '/icon.svg', '/manifest.webmanifest'];

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) =>
    cache.addAll(files.map((file) => new Request(path + file, { cache: 'reload' })))));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function ask(request) {
  const answer = await fetch(request, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(answer.statusText);
  const cache = await caches.open(CACHE);
  await cache.put(request.url.split(/[?#]/)[0], answer.clone());
  return answer;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const file = url.pathname.slice(path.length);
  if (event.request.method !== 'GET' || url.origin !== location.origin ||
      !url.pathname.startsWith(path) || !files.includes(file)) return;
  event.respondWith(ask(event.request.mode === 'navigate' ? new Request(url) : event.request)
    .catch(() => caches.match(url.origin + url.pathname, { ignoreVary: true }))
    .then((answer) => answer || Response.error()));
});
