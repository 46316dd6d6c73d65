/**
 * <clinic-chat>: a clinic's assistant on any web page. No dependencies, no build step; types in contract.d.ts.
 *
 *   <script src="https://chat.example.org/webhooks/widget/widget.js" defer></script>
 *   <clinic-chat clinic-name="Our Clinic" privacy="What happens to what you write."></clinic-chat>
 *
 * Attributes, all optional:
 *   server       folder of the API, by default this script's
 *   clinic-name  heading of the dialog, unless `heading` gives another
 *   privacy      a line on what happens to what visitors write; privacy-url leads to more
 *   suggestions  questions for an empty chat, separated by "|"
 *   accent       a CSS colour; text on it and in it is kept readable
 *   position     "right" or "left"
 *   theme        "auto", "light" or "dark"
 * CSS properties: --clinic-chat-accent, --clinic-chat-font, --clinic-chat-radius, --clinic-chat-offset,
 *   --clinic-chat-z-index.
 * Methods: show(), hide(), ask(text) to fill the composer; a click on data-clinic-chat-ask="text" does so too.
 */
(() => {
  'use strict';

  const LIMIT = 2000;
  const COUNTED = 200;
  const GROUP_MS = 300_000;
  const REQUEST_MS = 30_000;
  const SILENCE_MS = 60_000;
  const TYPING_MS = 20_000;
  const SHEET = '(max-width: 30em), (max-height: 30em)';
  const script = document.currentScript;
  const FOLDER = script instanceof HTMLScriptElement ? new URL('.', script.src).href : '';

  // ---- pure logic

  /** A UUID, also on pages without TLS, where crypto.randomUUID is missing: a blob's address ends with one. */
  const newId = () => {
    const url = URL.createObjectURL(new Blob());
    URL.revokeObjectURL(url);
    return url.slice(-36);
  };

  /** Milliseconds. @param {number} failures */
  const backoff = (failures) => Math.min(30_000, 1000 * 2 ** failures) * (1 - Math.random() / 2);

  /** @param {number} ms @param {AbortSignal} signal */
  const pause = (ms, signal) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', resolve);
    });

  /** One tab at a time, where there are Web Locks. @param {string} name @param {() => Promise<any>} work */
  const exclusively = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work());

  /** @param {string} server */
  const folderOf = (server) => new URL(server ? server.replace(/\/*$/, '/') : FOLDER, document.baseURI).href;

  /** @param {string} event @param {string} name */
  const fieldOf = (event, name) => new RegExp(`^${name}: ?(.*)`, 'm').exec(event)?.[1] ?? '';

  /** Relative luminance as WCAG 2.2 defines it. @param {number[]} rgb 0 to 255 each */
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part < 11 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  /** @param {number[]} rgb @param {number[]} other */
  const contrast = (rgb, other) => {
    const [dark, light] = [luminance(rgb), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  /** Moves a colour until it can be read on the surface. @param {number[]} rgb @param {number[]} surface */
  const readable = (rgb, surface) => {
    const end = luminance(surface) > 0.18 ? 0 : 255;
    while (contrast(rgb, surface) < 4.6) rgb = rgb.map((part) => Math.round(part + (end - part) * 0.1));
    return rgb;
  };

  // ---- storage and transport

  /** JSON in the browser's storage, or in memory where that is forbidden or full. */
  class Drawer {
    /** @type {Record<string, string>} */
    #box = {};

    /** @param {() => Storage} open */
    constructor(open) {
      try {
        this.#box = open();
      } catch {
        // memory
      }
    }

    /** @param {string} key @returns {any} */
    get(key) {
      try {
        return JSON.parse(this.#box[key]);
      } catch {
        return null;
      }
    }

    /** @param {string} key @param {unknown} [value] */
    set(key, value) {
      delete this.#box[key];
      if (value === undefined) return;
      try {
        this.#box[key] = JSON.stringify(value);
      } catch {
        this.#box = { ...this.#box, [key]: JSON.stringify(value) };
      }
    }

    /** @param {string} start @returns {any[]} */
    all(start) {
      return Object.keys(this.#box).filter((key) => key.startsWith(start)).map((key) => this.get(key));
    }
  }

  class Refusal extends Error {
    /** @param {Response} response @param {string} message */
    constructor(response, message) {
      super(message);
      this.status = response.status;
      this.gone = /4(01|04|10)/.test(`${this.status}`);
      this.passing = /4(08|25|29)|5../.test(`${this.status}`);
      this.wait = Number(response.headers.get('Retry-After')) * 1000 || 0;
    }
  }

  /**
   * @param {string} url @param {string} method
   * @param {{token?: string, body?: object, headers?: Record<string, string>, signal?: AbortSignal}} options
   */
  const call = async (url, method, { token, body, headers = {}, signal = AbortSignal.timeout(REQUEST_MS) }) => {
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers['Content-Type'] = 'application/json';
    const response = await fetch(url, {
      method, headers, signal, body: body && JSON.stringify(body), cache: 'no-store', credentials: 'omit',
    });
    if (response.ok) return response;
    const { message } = await response.json().catch(() => ({}));
    throw new Refusal(response, message ?? '');
  };

  // ---- conversation

  /**
   * The session, the queue of what is not sent, and the feed of what is said. Each queued message has its own
   * storage key, so that tabs cannot overwrite each other's.
   */
  class Conversation {
    #base;
    #drawer = new Drawer(() => localStorage);
    #key;
    #listener;
    /** @type {Map<string, Entry>} */
    #entries = new Map();
    #life = AbortSignal.abort();
    #feed = new AbortController();
    #cursor = '';
    #failedSends = 0;
    #failedReads = 0;
    #sending = false;
    #typing = false;
    #turns = Promise.resolve();
    /** @type {number | undefined} */
    #retry;
    /** What hinders, in words. */
    trouble = '';
    /** Whether the history is still to be read. */
    loading = false;

    /** @param {string} base @param {Listener} listener */
    constructor(base, listener) {
      this.#base = base;
      this.#key = `clinic-chat ${base} `;
      this.#listener = listener;
    }

    /** @param {AbortSignal} signal */
    start(signal) {
      for (const type of ['online', 'offline', 'visibilitychange']) {
        addEventListener(type, () => this.#resume(), { signal });
      }
      addEventListener('storage', (event) => this.#otherTab(event), { signal });
      signal.addEventListener('abort', () => this.#feed.abort());
      this.#life = signal;
      this.loading = Boolean(this.#session);
      this.#showQueue();
      this.#resume();
    }

    /** What the server has not taken stands last. */
    get entries() {
      return [...this.#entries.values()].sort((a, b) => (a.order < b.order ? -1 : Number(a.order > b.order)));
    }

    get typing() {
      return this.#sending || this.#typing;
    }

    /** The last reply that was seen. @returns {string} */
    get seen() {
      return this.#drawer.get(`${this.#key}seen`);
    }

    set seen(id) {
      if (id !== this.seen) this.#drawer.set(`${this.#key}seen`, id);
    }

    /** @param {Partial<Outgoing>} content */
    say(content) {
      this.#keep({ ...content, id: newId(), at: Date.now() + this.#queue.length / 1000 });
      this.#flush();
    }

    startOver() {
      if (this.#session) this.#drawer.set(`${this.#key}left`, [...this.#left, this.#session.token].slice(-20));
      this.#forget();
    }

    /** Also what was left by starting over. @throws if not all could be */
    erase() {
      const work = this.#turns.then(() => exclusively(this.#base, () => this.#eraseAll()));
      this.#turns = work.catch(() => {});
      return work;
    }

    /** @param {string} text */
    note(text) {
      this.#add({ id: newId(), cursor: -1, from: 'note', at: new Date().toISOString(), text });
      this.#changed();
    }

    /** @returns {Session | null} */
    get #session() {
      return this.#drawer.get(`${this.#key}session`);
    }

    /** @param {Session} session */
    #isCurrent(session) {
      return this.#session?.token === session.token;
    }

    /** @param {Message[]} [fresh] */
    #changed(fresh = []) {
      this.#listener.changed(fresh);
    }

    /** @param {string} trouble */
    #setTrouble(trouble) {
      this.trouble = navigator.onLine ? trouble : WORDS.offline;
      this.#changed();
    }

    /** @param {Message} message @param {boolean} [pending] @returns {boolean} is it new? */
    #add(message, pending = false) {
      const known = this.#entries.get(message.id);
      const order = Number(message.cursor ?? known?.order ?? Infinity);
      if (!known || !pending) this.#entries.set(message.id, { ...message, order, pending });
      return !known;
    }

    /** @returns {Outgoing[]} */
    get #queue() {
      return this.#drawer.all(`${this.#key}out `).filter(Boolean).sort((a, b) => a.at - b.at);
    }

    /** @param {Outgoing} item */
    #keep(item) {
      this.#drawer.set(`${this.#key}out ${item.id}`, item);
      this.#showQueue();
    }

    /** @param {{id: string}} item */
    #drop({ id }) {
      this.#drawer.set(`${this.#key}out ${id}`);
      if (this.#entries.get(id)?.pending) this.#entries.delete(id);
    }

    #showQueue() {
      for (const { id, text, title, at } of this.#queue) {
        this.#add({ id, from: 'visitor', at: new Date(at).toISOString(), text: text ?? title ?? '' }, true);
      }
      this.#changed();
    }

    #flush() {
      clearTimeout(this.#retry);
      this.#turns = this.#turns.then(() => this.#trySending());
    }

    async #trySending() {
      if (this.#life.aborted || !this.#queue.length) return;
      try {
        await exclusively(this.#base, () => this.#drain());
        this.#failedSends = 0;
        this.#setTrouble('');
      } catch (error) {
        const { message, wait } = error instanceof Refusal ? error : { message: '', wait: 0 };
        this.#setTrouble(message || WORDS.unreachable);
        this.#retry = setTimeout(() => this.#flush(), wait || backoff(this.#failedSends++));
      }
    }

    async #drain() {
      for (let [item] = this.#queue; item; [item] = this.#queue) {
        await this.#deliver(item).finally(() => (this.#sending = false));
      }
    }

    /** @param {Outgoing} item @throws what may pass */
    async #deliver(item) {
      const session = this.#session ?? (await this.#openSession());
      const { id, text, choice } = item;
      this.#sending = true;
      this.#changed();
      try {
        const body = choice ? { id, choice } : { id, text };
        const response = await this.#call('POST', 'messages', session, { body });
        this.#settle(session, item, (await response.json()).replies);
      } catch (error) {
        if (!(error instanceof Refusal) || error.passing) throw error;
        if (!error.gone) this.#refuse(item, error.message);
        else if (choice) this.#resend(item);
        else this.#endSession(session);
        if (error.gone && item.again) throw error;
      }
    }

    async #openSession() {
      const response = await call(`${this.#base}sessions`, 'POST', { body: {} });
      const session = await response.json();
      this.#drawer.set(`${this.#key}session`, session);
      this.#follow();
      return session;
    }

    /** @param {Session} session @param {Outgoing} item @param {Message[]} replies */
    #settle(session, item, replies) {
      const entry = this.#isCurrent(session) && this.#entries.get(item.id);
      if (entry) entry.pending = this.#sending = this.#typing = false;
      if (entry && entry.order === Infinity && replies.length) entry.order = Number(replies[0].cursor) - 0.5;
      this.#drop(item);
      if (entry) this.#take(replies);
    }

    /** @param {Outgoing} item @param {string} reason */
    #refuse(item, reason) {
      this.#drop(item);
      this.#changed();
      this.#listener.refused(item.text ?? '', reason);
    }

    /** In words, where it was a choice. @param {Outgoing} item @param {boolean} [again] */
    #resend(item, again) {
      const { text, title, at } = item;
      this.#drop(item);
      this.#keep({ id: newId(), text: text ?? title, at, again });
    }

    /** What waits to be sent goes to a new session. @param {Session} session */
    #endSession(session) {
      if (!this.#isCurrent(session)) return;
      const waiting = this.#queue;
      this.#forget();
      this.note(WORDS.ended);
      waiting.forEach((item) => this.#resend(item, true));
      if (!waiting.some(({ again }) => again)) this.#flush();
    }

    #resume() {
      this.#setTrouble('');
      this.#failedReads = 0;
      this.#follow();
      this.#flush();
    }

    #follow() {
      this.#feed.abort();
      this.#feed = new AbortController();
      const session = this.#session;
      if (session && !document.hidden && !this.#life.aborted) this.#keepFollowing(session, this.#feed.signal);
    }

    /** @param {Session} session @param {AbortSignal} signal */
    async #keepFollowing(session, signal) {
      while (!signal.aborted) {
        let wait = 0;
        try {
          await this.#catchUp(session, signal);
          await this.#stream(session, signal);
        } catch (error) {
          if (error instanceof Refusal) wait = error.wait;
        }
        if (!signal.aborted) await pause(wait || backoff(this.#failedReads++), signal);
      }
    }

    /** @param {Session} session @param {AbortSignal} signal */
    async #catchUp(session, signal) {
      try {
        const { messages, cursor } = await this.#read(session);
        if (signal.aborted) return;
        const old = this.loading;
        this.loading = old && messages.length > 0;
        this.#cursor = String(cursor ?? '');
        if (!this.#queue.length) this.#setTrouble('');
        this.#take(messages, old);
        if (this.loading) await this.#catchUp(session, signal);
      } catch (error) {
        if (!signal.aborted && error instanceof Refusal && error.gone) this.#endSession(session);
        else if (!signal.aborted) this.#setTrouble(WORDS.unreachable);
        throw error;
      }
    }

    /** @param {Session} session @param {AbortSignal} signal */
    async #stream(session, signal) {
      const headers = { Accept: 'text/event-stream', ...(this.#cursor && { 'Last-Event-ID': this.#cursor }) };
      const { body } = await this.#call('GET', 'events', session, { headers, signal });
      const reader = /** @type {ReadableStream} */ (body).pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const silence = setTimeout(() => reader.cancel(), SILENCE_MS);
        const { done, value } = await reader.read().finally(() => clearTimeout(silence));
        if (done || signal.aborted) return;
        this.#failedReads = 0;
        const events = (rest + value).split(/\r?\n\r?\n/);
        rest = events.pop() ?? '';
        events.forEach((event) => this.#receive(event));
      }
    }

    /** @param {string} event */
    #receive(event) {
      const type = fieldOf(event, 'event');
      const content = JSON.parse(fieldOf(event, 'data') || 'null');
      if (type === 'typing') this.#setTyping(content?.typing !== false);
      if (type !== 'message' || !content) return;
      this.#cursor = fieldOf(event, 'id') || this.#cursor;
      this.#take([content]);
    }

    /** @param {boolean} typing */
    #setTyping(typing) {
      this.#typing = typing;
      if (typing) setTimeout(() => this.#setTyping(false), TYPING_MS);
      this.#changed();
    }

    /** @param {Message[]} messages @param {boolean} [old] from the history */
    #take(messages, old = false) {
      const added = messages.filter((message) => this.#add(message));
      if (messages.some(({ from }) => from !== 'visitor')) this.#typing = false;
      this.#changed(old ? [] : added.filter(({ from }) => from !== 'visitor'));
    }

    /** @param {Session} session @returns {Promise<History>} */
    async #read(session) {
      const after = this.#cursor && `?after=${encodeURIComponent(this.#cursor)}`;
      return (await this.#call('GET', `messages${after}`, session)).json();
    }

    /** @param {string} method @param {string} path @param {Session} session @param {object} [options] */
    #call(method, path, { token }, options) {
      return call(this.#base + path, method, { ...options, token });
    }

    /** @param {StorageEvent} event */
    #otherTab({ key, newValue }) {
      const [, id] = key?.split(`${this.#key}out `) ?? [];
      if (!key || key === `${this.#key}session`) {
        this.#clear();
        this.#follow();
      } else if (id) {
        if (!newValue) this.#drop({ id });
        this.#showQueue();
      }
    }

    #forget() {
      this.#queue.forEach((item) => this.#drop(item));
      this.#drawer.set(`${this.#key}session`);
      this.#feed.abort();
      this.#clear();
    }

    #clear() {
      this.#entries.clear();
      this.#cursor = '';
      this.loading = this.#typing = this.#sending = false;
      this.#showQueue();
    }

    /** Tokens. @returns {string[]} */
    get #left() {
      return this.#drawer.get(`${this.#key}left`) ?? [];
    }

    async #eraseAll() {
      if (this.#session) await this.#eraseOne(this.#session.token);
      this.#forget();
      for (const token of this.#left) {
        await this.#eraseOne(token);
        this.#drawer.set(`${this.#key}left`, this.#left.slice(1));
      }
    }

    /** @param {string} token */
    async #eraseOne(token) {
      try {
        await call(`${this.#base}conversation`, 'DELETE', { token });
      } catch (error) {
        if (!(error instanceof Refusal) || !/404|410/.test(`${error.status}`)) throw error;
      }
    }
  }

  // ---- looks

  const STYLE = `
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; }
.root {
  all: initial;
  --surface: #fff; --tint: #f2f4f6; --ink: #17212b; --muted: #586472; --line: #dfe4e8; --edge: #7b8794; --alert:
  #b3261e;
  --alert-tint: #fdeeec; --shadow: 0 .75em 3em #0f1e2a38; --gap: var(--clinic-chat-offset, 1.25em);
  color: var(--ink); color-scheme: light; font-size: medium; line-height: 1.5;
  font-family: var(--clinic-chat-font, system-ui, sans-serif);
}
.dark {
  --surface: #181d23; --tint: #272e36; --ink: #eef2f5; --muted: #a9b4bf; --line: #3a434d; --edge: #8793a0;
  --alert: #ff9a90;
  --alert-tint: #3d1e1c; --shadow: 0 .75em 3em #000a; color-scheme: dark;
}
button, textarea, a { font: inherit; color: inherit; }
button, summary { cursor: pointer; border: 0; background: none; }
svg { display: block; width: 1.5em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; }
:focus { outline: none; }
:focus-visible { outline: .1875em solid var(--accent-ink); outline-offset: .125em; }
.hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.launcher, .window { position: fixed; inset: auto var(--gap) var(--gap) auto; z-index:
  var(--clinic-chat-z-index, 2147483000); }
.left > * { right: auto; left: var(--gap); }
.launcher, .send, .icon { display: grid; place-items: center; width: 2.75em; height: 2.75em; border-radius: 50%;
  }
.launcher, .send, .visitor .bubble { background: var(--accent); color: var(--on-accent); }
.launcher { width: 3.75em; height: 3.75em; box-shadow: 0 .5em 1.5em #0f1e2a40; transition: transform .2s; }
.launcher:hover { transform: translateY(-.125em); }
.launcher:focus-visible { box-shadow: 0 0 0 .375em var(--surface); }
.badge { position: absolute; top: -.25em; right: -.25em; min-width: 1.75em; font-size: .75em; line-height: 1.75;
  font-weight: 600;
  border-radius: 1em; background: #b3261e; color: #fff; }

.window { flex-direction: column; overflow: hidden; width: min(25em, 100vw - 2 * var(--gap)); max-width: none;
  max-height: none;
  height: min(43em, 100vh - var(--gap) - 6em); margin-bottom: 4.75em; color: inherit; background:
  var(--surface);
  border: 1px solid var(--line); border-radius: var(--clinic-chat-radius, 1.25em); box-shadow: var(--shadow); }
.window[open] { display: flex; animation: rise .2s; }
.sheet { inset: 0; width: 100%; height: 100dvh; margin: 0; border: 0; border-radius: 0;
  padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom)
  env(safe-area-inset-left); }
@keyframes rise { from { opacity: 0; transform: translateY(.75em); } }

.head { display: flex; align-items: center; position: relative; z-index: 1; padding: .625em .5em .625em 1.25em;
  border-bottom: 1px solid var(--line); }
.head > div { flex: 1; min-width: 0; }
h2 { font-size: 1.0625em; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
.head p { font-size: .8125em; color: var(--muted); }
.icon { border-radius: .75em; color: var(--muted); }
.icon:hover, .menu :hover { background: var(--tint); color: var(--ink); }
.menu { position: absolute; top: 3.5em; right: .75em; min-width: 14em; padding: .375em; background:
  var(--surface);
  border: 1px solid var(--line); border-radius: 1em; box-shadow: var(--shadow); }
.menu > * { display: block; width: 100%; padding: .625em .75em; text-align: left; text-decoration: none;
  border-radius: .625em; }
.menu .danger { color: var(--alert); }

.talk { position: relative; flex: 1; min-height: 0; }
.log { height: 100%; overflow-y: auto; overscroll-behavior: contain; padding: 1.25em; display: flex;
  flex-direction: column; }
.log:focus-visible { outline-offset: -.25em; }
.notice { margin-bottom: .75em; font-size: .875em; color: var(--muted); }
.notice h3 { font-size: 1.4286em; font-weight: 600; line-height: 1.4; color: var(--ink); }
.notice p + p { margin-top: .5em; }
.note.note { align-self: center; }
.note .meta { display: none; }

.row { display: flex; flex-direction: column; align-items: flex-start; margin-top: .1875em; max-width: 88%;
  font-size: .9375em; }
.first { margin-top: .9375em; }
.visitor { align-self: flex-end; align-items: flex-end; }
.arrived { animation: rise .2s; }
.bubble { max-width: 100%; padding: .5625em .875em; border-radius: 1.125em; background: var(--tint); border: 1px
  solid transparent;
  overflow-wrap: anywhere; }
.row:not(.first, .visitor) .bubble { border-top-left-radius: .375em; }
.visitor:not(.first) .bubble { border-top-right-radius: .375em; }
.visitor .bubble { white-space: pre-wrap; }
.bubble :not(.hush) + * { margin-top: .4375em; }
summary svg { stroke-width: 3.5; }
.sources summary { line-height: 2; }
.bubble ul { padding-left: 1.125em; }
.who { margin-bottom: .375em; padding: .0625em .75em; border-radius: 1em; font-size: .8em; font-weight: 600;
  background: var(--accent-ink);
  color: var(--surface); }
.row:not(.first) .who, .row:not(.last, .pending) .meta { display: none; }
.staff .bubble { background: var(--surface); border-color: var(--accent-ink); }
.urgent .bubble { background: var(--alert-tint); border-color: var(--alert); }
.urgent .who { display: block; background: var(--alert); }
.meta { margin-top: .25em; font-size: .8em; color: var(--muted); }
.bubble .sources { margin-top: .625em; padding-top: .5em; border-top: 1px solid var(--line); font-size: .8667em;
  color: var(--muted); }
.choices { display: flex; flex-wrap: wrap; gap: .5em; margin-top: .625em; }
.choices button { min-height: 2.9333em; padding: .4375em 1em; line-height: 1.35; font-weight: 500; text-align:
  left; color: var(--accent-ink);
  border: 1px solid var(--edge); border-radius: 1.5em; overflow-wrap: anywhere; }
.choices button:hover { border-color: var(--accent-ink); background: var(--tint); }
.dots { display: flex; gap: .3125em; padding: 1em; }
.dots i { width: .4375em; height: .4375em; border-radius: 50%; background: var(--muted); animation: dot 1.2s
  infinite; }
.dots :nth-child(2) { animation-delay: .16s; }
.dots :nth-child(3) { animation-delay: .32s; }
@keyframes dot { 30% { opacity: .35; transform: translateY(-.125em); } }
.jump { position: absolute; bottom: .5em; left: 50%; transform: translateX(-50%); padding: .5em 1em; font-size:
  .875em; font-weight: 600;
  border-radius: 2em; background: var(--ink); color: var(--surface); }

form { padding: .25em .875em .875em; }
form p { padding: 0 .5em .5em; font-size: .8125em; color: var(--muted); }
form p:empty { display: none; }
.error.error { color: var(--alert); }
.count { padding: .375em .5em 0; text-align: right; }
.box { display: flex; align-items: flex-end; padding: .25em; border: 1px solid var(--edge); border-radius:
  1.625em; }
.box:focus-within { border-color: var(--accent-ink); box-shadow: 0 0 0 1px var(--accent-ink); }
textarea { flex: 1; min-width: 0; max-height: 8.5em; padding: .625em .5em .625em .875em; border: 0; resize:
  none; background: none; }
textarea:focus-visible { outline: 0; }
::placeholder { color: var(--muted); opacity: 1; }
.send:disabled { background: var(--tint); color: var(--muted); cursor: default; }

.question { position: fixed; inset: auto var(--gap) var(--gap) auto; width: min(25em, 100vw - 2 * var(--gap));
  padding: 1.25em; color: inherit;
  background: var(--surface); border: 1px solid var(--line); border-radius: 1.25em; box-shadow: var(--shadow); }
.left .question { right: auto; left: var(--gap); }
.question::backdrop { background: #0f1e2a80; }
.question p { margin: .5em 0 1em; }
.question button { min-height: 2.75em; margin: .25em .5em 0 0; padding: 0 1.25em; font-weight: 600;
  border: 1px solid var(--edge); border-radius: 1.5em; }
.question .yes { background: var(--alert); color: var(--surface); }

@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) {
  .launcher, .send, .bubble, .jump, .dots i { border: 1px solid; }
  .box:focus-within { outline: 3px solid; }
}`;

  const SVG = 'http://www.w3.org/2000/svg';
  const ICONS = {
    chat: 'M21 11.5a8.4 8.4 0 0 1-12.3 7.4l-5.2 1.6 1.6-5A8.4 8.4 0 1 1 21 11.5zM8.5 11.5h0m4 0h0m4 0h0',
    close: 'M6 6l12 12M18 6L6 18',
    more: 'M5 12h.1M12 12h.1M19 12h.1',
    send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  };

  const WORDS = {
    offline: 'You are offline. What you write is kept and sent when you are back.',
    unreachable: 'The assistant cannot be reached. What you write is kept and sent when it can be.',
    ended: 'Your earlier chat has ended. This is a new one.',
    erased: 'Your chat has been erased.',
    notErased: 'Not everything could be erased. Please try again, or ask the clinic.',
    refused: 'That could not be sent. Please change it and try again.',
  };

  const AUTHORS = { visitor: 'You', bot: 'Assistant', staff: 'A person from the clinic', note: 'Note' };

  /** @param {keyof typeof ICONS} name */
  const icon = (name) => {
    const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS(SVG, tag));
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  };

  /**
   * Makes an element; functions become listeners.
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag @param {Record<string, string | number | ((event: any) => void)>} [attributes]
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[T]}
   */
  const h = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'function') node.addEventListener(name, value);
      else node.setAttribute(name, String(value));
    }
    node.append(...children);
    return node;
  };

  /** @param {string} text @param {() => void} click */
  const button = (text, click, style = '') => h('button', { class: style, click }, text);

  /** @param {string} href @param {string} [text] */
  const link = (href, text = href) => h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);

  /** @param {string} text */
  const linked = (text) =>
    text.split(/(https?:\/\/\S*[^\s.,;:!?)\]'"<>])/).map((part, index) => (index % 2 ? link(part) : part));

  /** Lines that begin with "- " are a list. @param {string} text */
  const blocksOf = (text) => {
    /** @type {HTMLElement[]} */
    const blocks = [];
    for (const line of text.split('\n').filter((part) => part.trim())) {
      const item = /^\s*[-•]\s+(.*)/.exec(line);
      if (item && blocks[blocks.length - 1]?.tagName !== 'UL') blocks.push(h('ul'));
      if (item) blocks[blocks.length - 1].append(h('li', {}, ...linked(item[1])));
      else blocks.push(h('p', {}, ...linked(line)));
    }
    return blocks;
  };

  /** @param {Source[]} sources */
  const sourcesOf = (sources) => {
    const lines = sources.map(({ title, section }) => `${title}, ${section}`);
    if (lines.length < 2) return lines.map((line) => h('p', { class: 'sources' }, `From: ${line}`));
    const list = h('ul', {}, ...lines.map((line) => h('li', {}, line)));
    return [h('details', { class: 'sources' }, h('summary', {}, `${lines.length} sources`), list)];
  };

  /** @param {string} at */
  const timeOf = (at) => {
    const date = new Date(at);
    const dateStyle = date.toDateString() === new Date().toDateString() ? undefined : 'medium';
    return date.toLocaleString([], { dateStyle, timeStyle: 'short' });
  };

  /** @param {Message | undefined} one @param {Message | undefined} next */
  const together = (one, next) =>
    one && next && one.from === next.from && Math.abs(Date.parse(next.at) - Date.parse(one.at)) < GROUP_MS;

  // ---- parts

  /** A message. Its text never changes; its place in a group, its choices and its state do. */
  class Row {
    #meta = h('p', { class: 'meta' });
    #choices;

    /** @param {Entry} entry @param {(choice: Choice) => void} choose */
    constructor({ from, text, choices = [], sources = [], outcome }, choose) {
      const urgent = outcome === 'urgent';
      const label = urgent ? 'Urgent' : AUTHORS[from];
      const mark = urgent || from === 'staff' ? [h('p', { class: 'who', 'aria-hidden': 'true' }, label)] : [];
      const content = from === 'visitor' ? [text] : [...blocksOf(text), ...sourcesOf(sources)];
      const buttons = choices.map((choice) => button(choice.title, () => choose(choice)));
      this.#choices = h('div', { class: 'choices', role: 'group', 'aria-label': 'Choices' }, ...buttons);
      const bubble = h('div', { class: 'bubble' }, h('span', { class: 'hush' }, `${label}: `), ...content);
      const kind = `row ${from} ${urgent ? 'urgent' : ''}`;
      this.node = h('div', { class: kind }, ...mark, bubble, this.#choices, this.#meta);
    }

    /** @param {Entry} entry @param {{first: boolean, last: boolean, open: boolean}} state */
    update({ at, from, pending }, { first, last, open }) {
      for (const [name, on] of Object.entries({ first, last, pending })) this.node.classList.toggle(name, on);
      this.#choices.hidden = !open || !this.#choices.firstChild;
      this.#meta.textContent = pending ? 'Sending …' : (from === 'bot' ? 'Assistant · ' : '') + timeOf(at);
    }
  }

  class Log {
    /** @type {Map<string, Row>} */
    #rows = new Map();
    #choose;
    #dots = h('div', { class: 'row first', role: 'img', 'aria-label': 'The assistant is writing' },
      h('div', { class: 'bubble dots' }, h('i'), h('i'), h('i')));
    #jump = button('New messages ↓', () => this.toEnd(), 'jump');
    #atEnd = true;

    /** @param {Node} notice @param {Node} starters @param {(choice: Choice) => void} choose */
    constructor(notice, starters, choose) {
      this.#choose = choose;
      this.notice = notice;
      this.starters = starters;
      this.list = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation',
        tabindex: 0, scroll: () => this.#scrolled() });
      this.node = h('div', { class: 'talk' }, this.list, this.#jump);
      this.#jump.hidden = true;
      new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.list);
    }

    /** @param {Conversation} conversation @param {Message[]} fresh */
    render({ entries, typing, loading }, fresh) {
      const stay = !this.#atEnd;
      const spoken = entries.map(({ from }) => from).lastIndexOf('visitor');
      const nodes = entries.map((_, index) => this.#nodeOf(entries, index, index > spoken));
      const empty = !loading && !entries.some(({ from }) => from !== 'note');
      this.#place([this.notice, ...nodes, ...(empty ? [this.starters] : []), ...(typing ? [this.#dots] : [])]);
      for (const { id } of fresh) this.#rows.get(id)?.node.classList.add('arrived');
      if (!stay) this.#follow(fresh);
      else if (fresh.length) this.#jump.hidden = false;
    }

    toEnd() {
      this.#atEnd = true;
      this.list.scrollTop = this.list.scrollHeight;
    }

    #scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = this.list;
      this.#atEnd = scrollHeight - scrollTop - clientHeight < 60;
      if (this.#atEnd) this.#jump.hidden = true;
    }

    /** To the end, or to where a long reply begins. @param {Message[]} fresh */
    #follow([first]) {
      const top = first && this.#rows.get(first.id)?.node.offsetTop;
      this.toEnd();
      if (top) this.list.scrollTop = Math.min(this.list.scrollTop, top - 16);
    }

    /** @param {Entry[]} entries @param {number} index @param {boolean} open */
    #nodeOf(entries, index, open) {
      const [entry, before, after] = [entries[index], entries[index - 1], entries[index + 1]];
      const row = this.#rows.get(entry.id) ?? new Row(entry, this.#choose);
      this.#rows.set(entry.id, row);
      row.update(entry, { first: !together(before, entry), last: !together(entry, after), open });
      return row.node;
    }

    /** Touches only what differs, for the focus's sake. @param {Node[]} nodes */
    #place(nodes) {
      const { list } = this;
      nodes.forEach((node, index) => {
        const there = list.childNodes[index] ?? null;
        if (there !== node) list.insertBefore(node, there);
      });
      while (list.childNodes.length > nodes.length) list.lastChild?.remove();
    }
  }

  class Composer {
    #send = h('button', { class: 'send', 'aria-label': 'Send', mousedown: (event) => event.preventDefault() },
      icon('send'));
    #status = h('p', { role: 'status' });
    #error = h('p', { class: 'error', id: 'error', role: 'alert' });
    #count = h('p', { class: 'count', id: 'count' });
    #onSend;
    #onEdit;
    input = h('textarea', { id: 'input', rows: 1, placeholder: 'Write a message …', enterkeyhint: 'send',
      'aria-describedby': 'error count', input: () => this.#edited(), keydown: (event) => this.#key(event) });
    node = h('form', { submit: (event) => this.#submit(event) }, this.#status, this.#error,
      h('label', { class: 'hush', for: 'input' }, 'Your message'),
      h('div', { class: 'box' }, this.input, this.#send), this.#count);

    /** @param {(text: string) => void} onSend @param {(text: string, left: number) => void} onEdit */
    constructor(onSend, onEdit) {
      this.#onSend = onSend;
      this.#onEdit = onEdit;
    }

    get text() {
      return this.input.value.trim();
    }

    set text(text) {
      this.input.value = text;
      this.#edited();
    }

    /** @param {string} text */
    set status(text) {
      if (this.#status.textContent !== text) this.#status.textContent = text;
    }

    /** @param {string} text @param {string} reason */
    refuse(text, reason) {
      if (text) this.text = `${text}\n${this.text}`.trim();
      this.#complain(reason || WORDS.refused);
    }

    fit() {
      this.input.style.height = 'auto';
      this.input.style.height = `${this.input.scrollHeight}px`;
    }

    /** @param {string} reason */
    #complain(reason) {
      this.#error.textContent = reason;
      this.input.setAttribute('aria-invalid', String(reason !== ''));
    }

    get #left() {
      return LIMIT - [...this.text].length;
    }

    #edited() {
      const left = this.#left;
      this.#count.textContent = left > COUNTED ? '' : left < 0 ? `${-left} too many` : `${left} left`;
      this.#count.classList.toggle('error', left < 0);
      this.#send.disabled = !this.text;
      this.#complain('');
      this.#onEdit(this.text, left);
      this.fit();
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#submit(event);
    }

    /** @param {Event} event */
    #submit(event) {
      event.preventDefault();
      const { text } = this;
      this.input.focus();
      if (!text) return;
      const length = LIMIT - this.#left;
      if (length > LIMIT) return this.#complain(`That is ${length} characters. Please use ${LIMIT} at most.`);
      this.text = '';
      this.#onSend(text);
    }
  }

  // ---- element

  class ClinicChat extends HTMLElement {
    static observedAttributes =
      ['clinic-name', 'heading', 'privacy', 'privacy-url', 'suggestions', 'accent', 'position', 'theme'];

    #badge = h('span', { class: 'badge' });
    #launcher = h('button', { class: 'launcher', 'aria-haspopup': 'dialog',
      click: () => (this.#dialog.open ? this.hide() : this.show()) }, icon('chat'), this.#badge);
    #heading = h('h2', { id: 'heading' });
    #privacy = h('p');
    #starters = h('div', { class: 'row choices', role: 'group', 'aria-label': 'Suggested questions' });
    #log = new Log(
      h('div', { class: 'notice' }, h('h3', {}, 'Hello, how can we help?'),
        h('p', {}, 'I am an automated assistant and answer from the clinic’s own information. It is not '
          + 'medical advice, and I am not for emergencies: in one, call your local emergency number.'),
        this.#privacy),
      this.#starters, ({ id, title }) => this.#pick({ choice: id, title }));
    #composer = new Composer((text) => this.#say({ text }), (text, left) => this.#edited(text, left));
    #items = h('div', { class: 'menu' });
    #menu = h('details', {}, h('summary', { class: 'icon', 'aria-label': 'Menu' }, icon('more')), this.#items);
    #title = h('h2', { id: 'title' });
    #text = h('p', { id: 'text' });
    #yes = button('', () => this.#question.close('yes'), 'yes');
    #question = h('dialog', { class: 'question', role: 'alertdialog', 'aria-labelledby': 'title',
      'aria-describedby': 'text' }, this.#title, this.#text,
      button('Cancel', () => this.#question.close()), this.#yes);
    #polite = h('div', { class: 'hush announcer', role: 'status', 'aria-atomic': 'false' });
    #alert = h('div', { class: 'hush', role: 'alert', 'aria-atomic': 'false' });
    #dialog = h('dialog', { class: 'window', 'aria-labelledby': 'heading', close: () => this.#closed(),
      keydown: (event) => this.#key(event), click: (event) => this.#clicked(event) },
      h('div', { class: 'head' }, h('div', {}, this.#heading, h('p', {}, 'Automated assistant')), this.#menu,
        h('button', { class: 'icon', 'aria-label': 'Close chat', click: () => this.hide() }, icon('close'))),
      this.#log.node, this.#composer.node, this.#polite, this.#alert, this.#question);
    #root = h('div', { class: 'root', lang: 'en' }, this.#launcher, this.#dialog);
    #narrow = matchMedia(SHEET);
    #dark = matchMedia('(prefers-color-scheme: dark)');
    #tab = new Drawer(() => sessionStorage);
    #life = new AbortController();
    /** @type {Conversation | undefined} */
    #conversation;

    constructor() {
      super();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      const shadow = this.attachShadow({ mode: 'open' });
      shadow.adoptedStyleSheets = [sheet];
      shadow.append(this.#root);
    }

    connectedCallback() {
      this.#life = new AbortController();
      const { signal } = this.#life;
      this.#narrow.addEventListener('change', () => this.#reshape(), { signal });
      this.#dark.addEventListener('change', () => this.#paint(), { signal });
      visualViewport?.addEventListener('resize', () => this.#makeRoom(), { signal });
      document.addEventListener('click', (event) => this.#asked(event), { signal });
      this.#label();
      this.#conversation = new Conversation(folderOf(this.#given.server), {
        changed: (fresh) => this.#render(fresh),
        refused: (text, reason) => this.#composer.refuse(text, reason),
      });
      this.#conversation.start(signal);
      this.#composer.text = this.#tab.get('clinic-chat draft') ?? '';
      if (this.#tab.get('clinic-chat open')) this.#open(false);
    }

    disconnectedCallback() {
      this.#life.abort();
    }

    attributeChangedCallback() {
      if (this.#conversation) this.#label();
    }

    show() {
      if (!this.#dialog.open) this.#open(true);
      this.#composer.input.focus();
    }

    hide() {
      this.#dialog.close();
    }

    /** @param {string} text */
    ask(text) {
      if (text) this.#composer.text = text;
      this.show();
    }

    /** @param {boolean} asked a restored dialog leaves the focus alone */
    #open(asked) {
      this.#dialog.classList.toggle('sheet', this.#narrow.matches);
      if (this.#narrow.matches) this.#dialog.showModal();
      else if (asked) this.#dialog.show();
      else this.#dialog.open = true;
      this.#tab.set('clinic-chat open', true);
      this.#paint();
      this.#makeRoom();
      this.#composer.fit();
      this.#render([]);
      this.#log.toEnd();
    }

    #closed() {
      if (this.#dialog.open) return;
      this.#menu.open = false;
      this.#tab.set('clinic-chat open');
      this.#render([]);
      this.#launcher.focus();
    }

    /** Between a window and a full-screen sheet. */
    #reshape() {
      if (!this.#dialog.open) return;
      this.#question.close();
      const focused = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement);
      this.#dialog.close();
      this.#open(false);
      focused?.focus();
    }

    /** For a phone's keyboard. */
    #makeRoom() {
      const { height, scale } = /** @type {VisualViewport} */ (visualViewport);
      const covered = this.#narrow.matches && scale === 1 && height < innerHeight - 80;
      this.#dialog.style.height = covered ? `${height}px` : '';
    }

    /** Keys are no business of the page's shortcuts. @param {KeyboardEvent} event */
    #key(event) {
      event.stopPropagation();
      if (event.key !== 'Escape' || event.isComposing || this.#question.open) return;
      event.preventDefault();
      if (!this.#menu.open) this.hide();
      else this.#closeMenu();
    }

    /** @param {Event} event */
    #clicked(event) {
      if (!event.composedPath().includes(this.#menu)) this.#menu.open = false;
    }

    #closeMenu() {
      this.#menu.open = false;
      this.#menu.querySelector('summary')?.focus();
    }

    /** @param {Event} event */
    #asked({ target }) {
      const asking = target instanceof Element && target.closest('[data-clinic-chat-ask]');
      if (asking) this.ask(asking.getAttribute('data-clinic-chat-ask') ?? '');
    }

    /** @param {Partial<Outgoing>} content */
    #say(content) {
      this.#conversation?.say(content);
      this.#log.toEnd();
    }

    /** The button goes, and its focus; a phone's keyboard stays down. @param {Partial<Outgoing>} content */
    #pick(content) {
      this.#say(content);
      (matchMedia('(pointer: coarse)').matches ? this.#log.list : this.#composer.input).focus();
    }

    /** @param {string} text @param {number} left */
    #edited(text, left) {
      this.#tab.set('clinic-chat draft', text);
      if ([COUNTED, 100, 50, 10, 0].includes(left)) this.#announce(`${left} characters left`);
    }

    /** @param {Message[]} fresh */
    #render(fresh) {
      const conversation = this.#conversation;
      if (!conversation) return;
      const { open } = this.#dialog;
      this.#log.render(conversation, fresh);
      this.#composer.status = conversation.trouble;
      this.#showUnread(conversation);
      this.#launcher.setAttribute('aria-expanded', String(open));
      this.#launcher.firstChild?.replaceWith(icon(open ? 'close' : 'chat'));
      if (open) fresh.forEach((message) => this.#speak(message));
    }

    /** @param {Conversation} conversation */
    #showUnread(conversation) {
      const { open } = this.#dialog;
      const replies = conversation.entries.filter(({ from }) => from === 'bot' || from === 'staff');
      if (open && replies.length && !document.hidden) conversation.seen = replies[replies.length - 1].id;
      const unread = open ? 0 : replies.length - 1 - replies.findIndex(({ id }) => id === conversation.seen);
      this.#badge.hidden = !unread;
      this.#badge.textContent = String(unread);
      const news = unread ? `, new messages: ${unread}` : '';
      this.#launcher.setAttribute('aria-label', open ? 'Close chat' : `Open chat${news}`);
    }

    /** @param {Message} message */
    #speak({ from, text, choices = [], outcome }) {
      const titles = choices.map(({ title }) => title).join(', ');
      const offer = titles && ` Choices: ${titles}.`;
      this.#announce(`${AUTHORS[from]}: ${text}${offer}`, outcome === 'urgent' ? this.#alert : this.#polite);
    }

    /** For screen readers. @param {string} text */
    #announce(text, region = this.#polite) {
      const line = h('p', {}, text);
      region.append(line);
      setTimeout(() => line.remove(), 15_000);
    }

    /** @param {string} title @param {string} text @param {string} yes @param {() => void} work */
    #confirm(title, text, yes, work) {
      this.#closeMenu();
      this.#title.textContent = title;
      this.#text.textContent = text;
      this.#yes.textContent = yes;
      this.#question.returnValue = '';
      this.#question.onclose = () => this.#question.returnValue && work();
      this.#question.showModal();
    }

    #startOver() {
      const text = 'The clinic keeps this one, but you will not see it here any more.';
      this.#confirm('Start a new chat?', text, 'Start over', () => {
        this.#conversation?.startOver();
        this.#composer.input.focus();
      });
    }

    #erase() {
      const text = 'This removes everything you wrote here, also a booking you requested, from the clinic’s '
        + 'records. It cannot be undone.';
      this.#confirm('Erase this chat?', text, 'Erase everything', async () => {
        this.#composer.input.focus();
        try {
          await this.#conversation?.erase();
          this.#composer.text = '';
          this.#conversation?.note(WORDS.erased);
          this.#announce(WORDS.erased);
        } catch {
          this.#composer.refuse('', WORDS.notErased);
        }
      });
    }

    #label() {
      const { heading, privacy, suggestions, position } = this.#given;
      const { 'clinic-name': clinic, 'privacy-url': url } = this.#given;
      const notice = /^(https?:\/)?\//.test(url) ? [link(url, 'Privacy notice')] : [];
      this.#heading.textContent = heading || clinic || 'Chat with us';
      this.#privacy.replaceChildren(`${privacy} `, ...notice);
      this.#items.replaceChildren(button('Start over', () => this.#startOver()),
        ...notice.map((one) => one.cloneNode(true)), button('Erase this chat', () => this.#erase(), 'danger'));
      this.#root.classList.toggle('left', position.includes('left'));
      const questions = suggestions.split('|').map((text) => text.trim()).filter(Boolean);
      this.#starters.replaceChildren(...questions.map((text) => button(text, () => this.#pick({ text }))));
      this.#paint();
    }

    /** @returns {Record<string, string>} */
    get #given() {
      const names = ['server', ...ClinicChat.observedAttributes];
      return Object.fromEntries(names.map((name) => [name, this.getAttribute(name) ?? '']));
    }

    #paint() {
      const { theme, accent } = this.#given;
      const { style, classList } = this.#root;
      const dark = theme === 'dark' || (theme !== 'light' && this.#dark.matches);
      classList.toggle('dark', dark);
      const given = CSS.supports('color', accent) && accent;
      style.setProperty('--accent', given || 'var(--clinic-chat-accent, #0b655e)');
      const painted = getComputedStyle(this.#launcher).backgroundColor;
      const rgb = painted.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [];
      style.setProperty('--on-accent', contrast(rgb, [255, 255, 255]) < 4.5 ? '#10161c' : '#fff');
      style.setProperty('--accent-ink', `rgb(${readable(rgb, dark ? [39, 46, 54] : [242, 244, 246])})`);
    }
  }

  if (!customElements.get('clinic-chat')) customElements.define('clinic-chat', ClinicChat);
})();
