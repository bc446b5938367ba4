// The little of the API that the page needs, on fetch and WebSocket alone. supabase-js does the same
// and more: createClient(url, anonKey), with what apus.json says.

const HEARTBEAT_SECONDS = 25;
const RECONNECT_SECONDS = [1, 2, 5, 10];
const RENEWAL_SECONDS = 60;

export class Apus {
  #session = JSON.parse(localStorage.getItem("apus.session") ?? "null");
  #feeds = new Set();
  #renewal = null;

  constructor({ url, anonKey }) {
    this.url = url;
    this.key = anonKey;
  }

  /// Asks the server that the page came from where the API is.
  static async connect() {
    return new Apus(await (await fetch("apus.json")).json());
  }

  /// Who is signed in; null for nobody.
  get user() { return this.#session?.user ?? null; }

  async signUp(email, password) {
    this.#keep(await this.#send("POST", "/auth/v1/signup", { email, password }));
  }

  async signIn(email, password) {
    this.#keep(
      await this.#send("POST", "/auth/v1/token?grant_type=password", { email, password }));
  }

  signOut() {
    for (const feed of this.#feeds) feed.close();
    this.#keep(null);
  }

  /// Forgets a session that the server does not know, as after another project was served here.
  async forgetStranger() {
    if (!this.user) return;
    try {
      const headers = { Authorization: `Bearer ${await this.#token()}` };
      await this.#send("GET", "/auth/v1/user", undefined, headers);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.signOut();
    }
  }

  /// The rows of a table that the caller may see: select("todos", "order=created_at.desc").
  select(table, query = "") { return this.#rest("GET", table, query); }

  /// Inserts a row; answers it with its defaults.
  async insert(table, row) { return (await this.#rest("POST", table, "", row))[0]; }

  /// Changes the rows of a filter: update("todos", "id=eq.…", {is_done: true}).
  update(table, filter, changes) { return this.#rest("PATCH", table, filter, changes); }

  /// Deletes the rows of a filter.
  remove(table, filter) { return this.#rest("DELETE", table, filter); }

  /// Calls `changed` now, and whenever rows of the table that the caller may see have changed: also
  /// after a connection was lost, since nobody knows what happened meanwhile.
  watch(table, changed) {
    const feed = new Feed(this.#socketURL, table, () => this.#token(), changed);
    this.#feeds.add(feed);
    return () => { feed.close(); this.#feeds.delete(feed); };
  }

  get #socketURL() {
    return `${this.url.replace(/^http/, "ws")}/realtime/v1/websocket?apikey=${this.key}&vsn=1.0.0`;
  }

  async #rest(method, table, query, body) {
    const headers = { Authorization: `Bearer ${await this.#token()}` };
    if (method !== "GET") headers.Prefer = "return=representation";
    return this.#send(method, `/rest/v1/${table}?${query}`, body, headers);
  }

  async #send(method, path, body, headers = {}) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { apikey: this.key, "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const value = text ? JSON.parse(text) : null;
    if (answer.ok) return value;
    const message = value?.message ?? value?.msg ?? answer.statusText;
    throw Object.assign(new Error(message), { status: answer.status });
  }

  #keep(session) {
    this.#session = session;
    if (session) localStorage.setItem("apus.session", JSON.stringify(session));
    else localStorage.removeItem("apus.session");
  }

  /// A token that is good for a while; the anon key where nobody is signed in.
  async #token() {
    const session = this.#session;
    if (!session) return this.key;
    if (session.expires_at - Date.now() / 1000 > RENEWAL_SECONDS) return session.access_token;
    this.#renewal ??= this.#renew(session.refresh_token).finally(() => { this.#renewal = null; });
    return this.#renewal;
  }

  async #renew(token) {
    try {
      const path = "/auth/v1/token?grant_type=refresh_token";
      this.#keep(await this.#send("POST", path, { refresh_token: token }));
      return this.#session.access_token;
    } catch (error) {
      this.signOut();
      throw error;
    }
  }
}

/// One table's changes over a socket that is opened again whenever it was lost.
class Feed {
  #tries = 0;
  #reference = 0;
  #isClosed = false;

  constructor(url, table, token, changed) {
    Object.assign(this, { url, table, token, changed, topic: `realtime:${table}` });
    this.#open();
  }

  close() {
    this.#isClosed = true;
    this.socket.close();
  }

  #open() {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => this.#join();
    this.socket.onmessage = ({ data }) => this.#received(JSON.parse(data));
    this.socket.onclose = () => this.#lost();
  }

  async #join() {
    const binding = { event: "*", schema: "public", table: this.table };
    const config = { postgres_changes: [binding], broadcast: {}, presence: {} };
    this.#push(this.topic, "phx_join", { config, access_token: await this.token() });
    this.beat = setInterval(() => this.#tick(), HEARTBEAT_SECONDS * 1000);
  }

  /// A socket without a word is closed; a token ends, and the next one goes the same way.
  async #tick() {
    this.#push("phoenix", "heartbeat", {});
    this.#push(this.topic, "access_token", { access_token: await this.token() });
  }

  #push(topic, event, payload) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.#reference += 1;
    this.socket.send(JSON.stringify({ topic, event, payload, ref: `${this.#reference}` }));
  }

  #received({ event, payload }) {
    const isReady = event === "system" && payload.status === "ok";
    if (isReady) this.#tries = 0;
    if (isReady || event === "postgres_changes") this.#tell();
    // Told to begin anew, as after a change of the models.
    if (event === "phx_close" || event === "phx_error") this.socket.close();
  }

  /// What could not be read for want of a server is read when there is one again.
  async #tell() {
    try {
      await this.changed();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.socket.close();
    }
  }

  #lost() {
    clearInterval(this.beat);
    if (this.#isClosed) return;
    const seconds = RECONNECT_SECONDS[Math.min(this.#tries, RECONNECT_SECONDS.length - 1)];
    this.#tries += 1;
    setTimeout(() => { if (!this.#isClosed) this.#open(); }, seconds * 1000);
  }
}

/// Shows the form of signing in until somebody has, and the page then. The form's two buttons sign up
/// and in; `begin` is called with the API whenever somebody has signed in.
export async function start(begin) {
  const api = await Apus.connect();
  const [form, main, complaint] = ["form#sign-in", "main", "#complaint"].map(find);
  const show = () => {
    form.hidden = api.user !== null;
    main.hidden = api.user === null;
    find("#sign-out").hidden = api.user === null;
    if (api.user) begin(api);
  };
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(form));
    const isNew = event.submitter?.value === "sign-up";
    try {
      await (isNew ? api.signUp(email, password) : api.signIn(email, password));
      complaint.textContent = "";
      show();
    } catch (error) {
      complaint.textContent = error.message;
    }
  });
  find("#sign-out").addEventListener("click", () => { api.signOut(); location.reload(); });
  window.addEventListener("unhandledrejection", ({ reason }) => {
    complaint.textContent = reason.message;
  });
  await api.forgetStranger();
  show();
}

/// The first element of a selector.
export function find(selector) { return document.querySelector(selector); }

/// An element of text and other elements; nothing that a row says is taken for HTML.
export function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}
