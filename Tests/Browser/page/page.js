// What supabase-js does in a browser, as recorded: requests with the fields it sets, and a channel
// that comes back after its socket was lost. The tests call these functions through the driver.

const RECONNECT_SECONDS = [1, 2, 5, 10];
const RETRY_SECONDS = [1, 2, 4];
const HEARTBEAT_SECONDS = 25;

const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));
const bytesOf = base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));

/// Sends a request; answers the status, the fields a page may read, and the body.
async function send({ method, url, fields, body }, options = {}) {
  const headers = new Headers(fields);
  const content = body === null ? undefined : bytesOf(body);
  const answer = await fetch(url, { method, headers, body: content, ...options });
  return { status: answer.status, fields: [...answer.headers], body: await answer.text() };
}

/// The same, again after a while when the server cannot be reached, and saying how often.
async function sendUntilAnswered(request) {
  for (let count = 0; ; count += 1) {
    const retry = count ? [["x-retry-count", `${count}`]] : [];
    try {
      return await send({ ...request, fields: [...request.fields, ...retry] });
    } catch (error) {
      if (count === RETRY_SECONDS.length) throw error;
      await pause(RETRY_SECONDS[count]);
    }
  }
}

/// One channel over a socket that is opened again whenever it was lost.
class Channel {
  constructor(url, join) {
    this.url = url;
    [, , this.topic, , this.payload] = JSON.parse(join);
    this.reference = Number(JSON.parse(join)[1]) - 1;
    this.heard = [];
    this.waiting = [];
    this.tries = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => this.join();
    this.socket.onmessage = ({ data }) => this.received(JSON.parse(data));
    this.socket.onclose = ({ code }) => this.closed(code);
  }

  next() {
    this.reference += 1;
    return `${this.reference}`;
  }

  join() {
    this.tries = 0;
    this.joined = this.next();
    this.push(this.joined, this.topic, "phx_join", this.payload);
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_SECONDS * 1000);
  }

  /// Answers the heartbeat's reference: its reply has the same.
  beat() {
    return this.push(this.next(), "phoenix", "heartbeat", {}, null);
  }

  push(reference, topic, event, payload, joined = this.joined) {
    this.socket.send(JSON.stringify([joined, reference, topic, event, payload]));
    return reference;
  }

  /// The new token goes to the channel, and into later joins.
  setToken(token) {
    this.payload = { ...this.payload, access_token: token };
    this.push(this.next(), this.topic, "access_token", { access_token: token });
  }

  received([joined, reference, topic, event, payload]) {
    this.tell({ joined, reference, topic, event, payload });
  }

  closed(code) {
    clearInterval(this.heartbeat);
    this.tell({ event: "closed", code });
    const seconds = RECONNECT_SECONDS[Math.min(this.tries, RECONNECT_SECONDS.length - 1)];
    this.tries += 1;
    setTimeout(() => this.open(), seconds * 1000);
  }

  tell(message) {
    this.heard.push(message);
    for (const look of this.waiting.splice(0)) look();
  }

  /// The next message, from `start` on, whose members are those of `wanted`; all are kept.
  async until(wanted, start) {
    const isWanted = message => includes(message, wanted);
    for (;;) {
      const index = this.heard.findIndex((message, at) => at >= start && isWanted(message));
      if (index >= 0) return { message: this.heard[index], next: index + 1 };
      await new Promise(resolve => this.waiting.push(resolve));
    }
  }
}

function includes(value, wanted) {
  if (wanted === null || typeof wanted !== "object") return value === wanted;
  if (value === null || typeof value !== "object") return false;
  return Object.entries(wanted).every(([name, part]) => includes(value[name], part));
}

window.page = { send, sendUntilAnswered, Channel };
