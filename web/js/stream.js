// One event stream for the page, which looks after itself: it notices silence, reconnects, and asks for a fresh snapshot
// when frames do not fit together.

const staleAfter = 2500; // the server says something every second
const reopenAfter = 5000;
const checkEvery = 250;
const firstBackoff = 500;
const longestBackoff = 3000;

export class LiveStream {
  /** handlers: frame(kind, data), state({stale, reason, connected}) */
  constructor(address, handlers) {
    this.address = address;
    this.handlers = handlers;
    this.source = null;
    this.epoch = null;
    this.lastEventAt = null;
    this.openedAt = 0;
    this.reopenAt = null;
    this.backoff = firstBackoff;
    this.serverStale = false;
    this.shown = "";
    this.open();
    setInterval(() => this.check(), checkEvery);
  }

  open() {
    this.close();
    this.reopenAt = null;
    this.openedAt = performance.now();
    this.epoch = null;
    const source = new EventSource(this.address);
    for (const kind of ["snapshot", "delta", "status"]) {
      source.addEventListener(kind, (event) => this.take(source, kind, event));
    }
    source.onerror = () => {
      // CLOSED means that the browser has given up (a status other than 200); CONNECTING that it is trying again by itself.
      if (source === this.source && source.readyState === EventSource.CLOSED) this.reopenLater();
    };
    this.source = source;
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  reopenLater() {
    this.close();
    this.reopenAt = performance.now() + this.backoff;
    this.backoff = Math.min(this.backoff * 2, longestBackoff);
  }

  take(source, kind, event) {
    if (source !== this.source) return;
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      this.reopenLater(); // a torn frame: start over from a snapshot
      return;
    }
    this.lastEventAt = performance.now();
    this.backoff = firstBackoff;
    const epoch = event.lastEventId.split(".")[0];
    if (kind === "snapshot") this.epoch = epoch;
    if (kind === "delta" && this.epoch !== null && epoch !== this.epoch) {
      this.reopenLater(); // a restarted server continues another history
      return;
    }
    this.serverStale = data.stale === true;
    this.handlers.frame(kind, data);
    this.check();
  }

  /** The watchdog: tells the state of the link, and reopens a stream that has gone silent. */
  check() {
    const now = performance.now();
    if (this.reopenAt !== null && now >= this.reopenAt) this.open();
    const silent = now - (this.lastEventAt ?? 0) > staleAfter;
    const waiting = now - Math.max(this.lastEventAt ?? 0, this.openedAt);
    if (this.source && waiting > reopenAfter) this.reopenLater();
    const state = this.lastEventAt === null
      ? now > staleAfter ? "stale-link" : "connecting"
      : silent ? "stale-link" : this.serverStale ? "stale-source" : "live";
    if (state !== this.shown) {
      this.shown = state;
      this.handlers.state(state);
    }
  }
}
