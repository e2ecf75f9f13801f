/*
 * queue.js - presses that are not safe yet, and how they get to the server.
 *
 * A press is put into IndexedDB before the page says thank you, and deleted when the
 * server has answered that it is safe.  Its number comes from the database's own counter,
 * which outlives restarts; the counter begins at the time in milliseconds, so that a
 * device that lost its storage does not count through the same numbers again.  What is
 * sent twice does no harm, because the server knows a press by device and number.
 *
 * A press remembers whose device it was: a tablet that moves to another shop sends what
 * it still has under the old name, with the old key.
 *
 *	presses  {seq, device, ts, r, lang, reason?, text?, open?}   open: still being given
 *	                                                        then, by Date.now()
 *	keys     {device, key, current}
 */
const BATCH = 100;
const TIMEOUT = 30000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60000;
const SIGN_OF_LIFE = 5 * 60000;

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function complete(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export class Queue {
  /* changed(): `length`, `link` or `device` is not what it was.  patience: so many ms after
   * its last sign of life nobody gives an open press any more. */
  constructor(url, changed, patience) {
    this.url = url;
    this.changed = changed;
    this.patience = patience;
    this.length = 0;
    this.link = 'new'; /* ok, off: no network or server, key: refused */
    this.device = null;
    this.page = null; /* version of the page that the server has */
    this.failures = 0;
    this.spokenAt = 0;
    this.refused = new Set(); /* devices */
    this.aside = new Set(); /* numbers of presses that the server cannot read */
    this.most = BATCH;
    this.timer = 0;
    this.isSending = false;
    this.isMore = false; /* something came while we were sending */
  }

  async open() {
    const request = indexedDB.open('heard-kiosk', 1);
    request.onupgradeneeded = () => {
      const presses = request.result.createObjectStore('presses',
        { keyPath: 'seq', autoIncrement: true });
      const first = Date.now();
      presses.add({ seq: first });
      presses.delete(first);
      request.result.createObjectStore('keys', { keyPath: 'device' });
    };
    this.db = await done(request);
    await this.closeAll();
    const keys = await done(this.read('keys').getAll());
    const current = keys.find((k) => k.current);
    this.device = current ? current.device : null;
    this.length = await done(this.read('presses').count());
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.hurry());
    this.hurry();
  }

  read(store) {
    return this.db.transaction(store).objectStore(store);
  }

  /* On the disk when it resolves, and not only on its way there. */
  async write(store, change) {
    const t = this.db.transaction(store, 'readwrite', { durability: 'strict' });
    const result = await change(t.objectStore(store));
    await complete(t);
    return result;
  }

  async enrol(device, key) {
    await this.write('keys', async (keys) => {
      for (const k of await done(keys.getAll())) keys.put({ ...k, current: false });
      keys.put({ device, key, current: true });
    });
    this.device = device;
    this.refused.clear();
    this.hurry();
  }

  /* ---- presses */

  async add(press) {
    const seq = await this.write('presses',
      (presses) => done(presses.add({ ...press, device: this.device })));
    this.length++;
    this.changed();
    if (!press.open) this.soon();
    return seq;
  }

  /* What was said besides, or nothing: it may be sent now. */
  async close(seq, more) {
    await this.write('presses', async (presses) => {
      const press = await done(presses.get(seq));
      /* Another tab that was opened meanwhile has closed it, and may be sending it: with
       * more in it now it would be taken for another press. */
      if (!press || !press.open) return;
      delete press.open;
      presses.put({ ...press, ...more });
    });
    this.soon();
  }

  /* It is still being given: no other tab shall close it. */
  async keep(seq) {
    await this.write('presses', async (presses) => {
      const press = await done(presses.get(seq));
      if (press && press.open) presses.put({ ...press, open: Date.now() });
    });
  }

  /* Left open when the page ended: the face counts all the same.  A young one may be
   * another tab's, where somebody is about to say why: it is looked at again. */
  async closeAll() {
    let isClosed = false;
    let isYoung = false;
    await this.write('presses', async (presses) => {
      for (const press of await done(presses.getAll())) {
        if (!press.open) continue;
        if (Math.abs(Date.now() - press.open) < this.patience) {
          isYoung = true;
          continue;
        }
        delete press.open;
        presses.put(press);
        isClosed = true;
      }
    });
    const again = () => this.closeAll().catch(() => setTimeout(again, this.patience));
    if (isYoung) setTimeout(again, this.patience);
    if (isClosed) this.soon();
  }

  async remove(seqs) {
    await this.write('presses', (presses) => seqs.forEach((seq) => presses.delete(seq)));
    this.length = await done(this.read('presses').count());
  }

  /* The server has had another press under this number: this one gets a new one. */
  async renumber(seq) {
    await this.write('presses', async (presses) => {
      const press = await done(presses.get(seq));
      if (!press) throw new Error('no such press');
      const last = await done(presses.openKeyCursor(null, 'prev'));
      presses.delete(seq);
      presses.add({ ...press,
        seq: Math.max(last.key, Date.now()) + 1 + Math.floor(Math.random() * 1e6) });
    });
  }

  /* The first that may go, all of one device. */
  async next() {
    const batch = [];
    const cursor = this.read('presses').openCursor();
    await new Promise((resolve, reject) => {
      cursor.onerror = () => reject(cursor.error);
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (!at || batch.length === this.most) return resolve();
        const p = at.value;
        if (!p.open && !this.refused.has(p.device) && !this.aside.has(p.seq) &&
            (!batch.length || batch[0].device === p.device)) batch.push(p);
        at.continue();
      };
    });
    return batch;
  }

  /* ---- sending */

  hurry() {
    this.failures = 0;
    this.wake(0);
  }

  soon() {
    if (!this.failures) this.wake(0);
  }

  wake(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  pause(after) {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.failures++);
    this.wake(Math.max(after * 1000, longest * (0.5 + Math.random() / 2)));
  }

  async send() {
    this.isMore = this.isSending;
    if (this.isSending) return;
    this.isSending = true;
    try {
      let batch = await this.next();
      if (!batch.length && Date.now() - this.spokenAt >= SIGN_OF_LIFE) await this.post([]);
      while (batch.length) {
        await this.post(batch);
        batch = await this.next();
      }
      this.wake(this.isMore ? 0 : SIGN_OF_LIFE);
    } catch (e) {
      this.link = 'off';
      this.pause(e.after || 0);
    }
    this.isSending = false;
    this.changed();
  }

  async post(batch) {
    const device = batch.length ? batch[0].device : this.device;
    const known = device && await done(this.read('keys').get(device));
    if (!known) return this.refused.add(device);
    const answer = await this.ask(known, await this.envelope(batch));
    if (answer.status === 401) return this.refuse(device);
    if (answer.status === 409) return this.renumber((await answer.json()).conflict[0]);
    if (batch.length > 1 && (answer.status === 400 || answer.status === 413)) {
      this.most = Math.ceil(batch.length / 2); /* which one is it? */
      return;
    }
    if (!answer.ok) {
      if (batch.length === 1 && answer.status === 400) this.putAside(batch[0].seq);
      throw Object.assign(new Error(answer.statusText),
        { after: Math.min(600, Number(answer.headers.get('Retry-After')) || 0) });
    }
    const { page, safe } = await answer.json();
    if (!Array.isArray(safe)) throw new Error('this is not our server');
    this.page = page;
    this.most = Math.min(BATCH, 2 * this.most);
    this.link = 'ok';
    this.failures = 0;
    this.spokenAt = Date.now();
    await this.remove(batch.map((press) => press.seq));
    this.changed();
  }

  /* Its presses stay; the key may be given back, or another one be opened here. */
  refuse(device) {
    this.refused.add(device);
    setTimeout(() => this.refused.delete(device), SIGN_OF_LIFE);
    if (device === this.device) this.link = 'key';
  }

  /* It must not hold up those behind it; later it is tried again. */
  putAside(seq) {
    this.aside.add(seq);
    setTimeout(() => this.aside.delete(seq), SIGN_OF_LIFE);
  }

  async envelope(batch) {
    const battery = navigator.getBattery ? await navigator.getBattery().catch(() => null) : null;
    return JSON.stringify({
      now: Date.now(),
      queue: this.length,
      battery: battery && !(battery.charging && battery.level === 1) ? battery.level : undefined,
      presses: batch,
      /* Half of a character of two would spoil the whole batch. */
    }, (name, value) => (typeof value === 'string' ? value.replace(/\p{Cs}/gu, '\ufffd') : value));
  }

  async ask(known, body) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      return await fetch(this.url, { method: 'POST', body, signal: abort.signal, cache: 'no-store',
        headers: { 'Content-Type': 'application/json', 'X-Kiosk-Device': known.device,
          'X-Kiosk-Key': known.key } });
    } finally {
      clearTimeout(timer);
    }
  }
}
