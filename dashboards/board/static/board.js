// Keeps an open page true: values that the stream pushes replace those shown, and the page is
// fetched again wherever that is not enough. Everything is set as text, never as markup.

const RESYNC_EVERY_MS = 60_000; // heals what no message tells: names, order, page counts
const RESYNC_PAUSE_MS = 1_000; // between two fetches, so that a flood of rows costs one a second
const RESYNC_LATER_MS = 15_000; // for rows that may stand on another page of a long list
const SILENCE_MS = 25_000; // two and a half beats of the server: the line is cut
const RETRY_MS = 3_000; // where the browser itself has given up
const SEARCH_PAUSE_MS = 250; // after the last key

const FRAGMENT_OF = { location: "locations", till: "tills", stock: "stock", alert: "alerts" };
const STATES = { open: "Open", silent: "Silent", unheard: "No tills heard" };

const body = document.body;
const silentAfterMs = Number(body.dataset.silentAfter) * 1000;

let shown = { run: body.dataset.run, turn: Number(body.dataset.turn) };
let clockAheadMs = Number(body.dataset.now) - Date.now();
const rows = new Map();

// --- rows ---------------------------------------------------------------------------------

function indexRows() {
  rows.clear();
  for (const row of document.querySelectorAll("[data-row]")) rows.set(row.dataset.row, row);
}

function setText(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  element.classList.remove("changed");
  void element.offsetWidth; // lets the same highlight run again
  element.classList.add("changed");
}

function showRow(row) {
  const element = rows.get(row.id);
  if (!element) {
    if (!row.gone) missRow(row);
    return;
  }
  if (row.gone) {
    element.remove();
    rows.delete(row.id);
    resyncWithin(RESYNC_PAUSE_MS);
    return;
  }
  for (const [name, value] of Object.entries(row.marks)) element.dataset[name] = value;
  for (const cell of element.querySelectorAll("[data-cell]")) {
    const text = row.cells[cell.dataset.cell];
    if (text !== undefined) setText(cell, text);
  }
  if (element.dataset.seen !== undefined) showFreshness(element, serverNow());
}

// A row that the page does not have: new, on another page of the list, or not asked for.
function missRow(row) {
  const [kind, , ident] = row.id.split("/");
  const fragment = document.querySelector(`[data-fragment="${FRAGMENT_OF[kind]}"]`);
  if (!fragment) return;
  if ("onlyAlerts" in fragment.dataset && !row.marks.reason) return;
  const search = (fragment.dataset.searchText ?? "").toLowerCase();
  const searched = `${ident}\n${row.cells.name}`.toLowerCase();
  // The server may not have read the name of a product that this page has not shown.
  if (search && row.marks.product === "known" && !searched.includes(search)) return;
  resyncWithin("complete" in fragment.dataset ? 0 : RESYNC_LATER_MS);
}

// --- freshness ----------------------------------------------------------------------------

const serverNow = () => Date.now() + clockAheadMs;

// As wording.age on the server.
function age(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s ago`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ago`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min ago`;
  return `${Math.floor(whole / 86_400)} d ago`;
}

function showFreshness(row, now) {
  const seen = Number(row.dataset.seen);
  const state = !seen ? "unheard" : now - seen > silentAfterMs ? "silent" : "open";
  row.dataset.state = state;
  const [words, ago, at] = ["[data-state-words]", "[data-age]", ".at"].map((part) =>
    row.querySelector(part),
  );
  if (words && words.textContent !== STATES[state]) words.textContent = STATES[state];
  if (ago) ago.textContent = seen ? age((now - seen) / 1000) : "";
  if (at) at.hidden = !seen;
}

function tick() {
  const now = serverNow();
  const counts = { open: 0, silent: 0 };
  for (const row of document.querySelectorAll("[data-seen]")) {
    showFreshness(row, now);
    counts[row.dataset.state] += 1;
  }
  for (const count of document.querySelectorAll("[data-count-state]")) {
    count.textContent = counts[count.dataset.countState].toLocaleString("en-GB");
  }
  if (stream && Date.now() - heardAt > SILENCE_MS) reconnect();
}

// --- fetching the page again --------------------------------------------------------------

let fetching = false;
let fetchAgain = false;
let fetchedAt = Date.now();
let resyncTimer = null;
let resyncAt = Infinity;
let held = []; // what the stream said while the page was being fetched

function resyncWithin(ms) {
  const at = Math.max(Date.now() + ms, fetchedAt + RESYNC_PAUSE_MS);
  if (at >= resyncAt) return;
  clearTimeout(resyncTimer);
  resyncAt = at;
  resyncTimer = setTimeout(resync, at - Date.now());
}

async function resync() {
  clearTimeout(resyncTimer);
  resyncAt = Infinity;
  if (fetching) {
    fetchAgain = true;
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(window.location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(`the board answered ${answer.status}`);
    replaceFragments(new DOMParser().parseFromString(await answer.text(), "text/html"));
    resyncWithin(RESYNC_EVERY_MS);
  } catch {
    resyncWithin(RESYNC_LATER_MS);
  } finally {
    fetching = false;
    fetchedAt = Date.now();
    const waiting = held;
    held = [];
    waiting.forEach(applyRows);
  }
  if (fetchAgain) {
    fetchAgain = false;
    await resync();
  }
}

function replaceFragments(fresh) {
  const focused = document.activeElement?.getAttribute("href");
  for (const fragment of document.querySelectorAll("[data-fragment]")) {
    const next = fresh.querySelector(`[data-fragment="${fragment.dataset.fragment}"]`);
    if (!next) continue;
    const hadFocus = fragment.contains(document.activeElement);
    fragment.replaceWith(next);
    // Whoever walks the list by keyboard stays where they were.
    if (hadFocus && focused) next.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }
  shown = { run: fresh.body.dataset.run, turn: Number(fresh.body.dataset.turn) };
  clockAheadMs = Number(fresh.body.dataset.now) - Date.now();
  indexRows();
  tick();
}

// --- the stream ---------------------------------------------------------------------------

let stream = null;
let heardAt = 0;
let lostAt = null;

function applyRows(message) {
  if (message.run !== shown.run || message.turn <= shown.turn) return;
  message.rows.forEach(showRow);
}

function onMessage(event, act) {
  stream.addEventListener(event, ({ data }) => {
    const message = JSON.parse(data);
    heardAt = Date.now();
    clockAheadMs = message.now - Date.now();
    act(message);
  });
}

function connect() {
  stream?.close();
  stream = new EventSource(body.dataset.stream);
  heardAt = Date.now();
  stream.addEventListener("error", lost);
  onMessage("hello", hello);
  onMessage("rows", (message) => (fetching ? held.push(message) : applyRows(message)));
  onMessage("notices", (message) => showNotices(message.notices));
  onMessage("resync", () => resyncWithin(0));
  onMessage("beat", () => {});
}

function hello(message) {
  lostAt = null;
  showLine("live", "Live");
  showNotices(message.notices);
  if (message.run !== shown.run || message.turn !== shown.turn) resync();
}

function lost() {
  lostAt ??= new Date();
  showLine("lost", `Not live since ${lostAt.toLocaleTimeString("en-GB")}, connecting again`);
  if (stream?.readyState === EventSource.CLOSED) setTimeout(reconnect, RETRY_MS);
}

function reconnect() {
  if (document.hidden) return;
  if (Date.now() - heardAt > SILENCE_MS) lost();
  connect();
}

function showLine(state, words) {
  document.querySelector("[data-line]").dataset.line = state;
  document.querySelector("[data-line-words]").textContent = words;
}

function showNotices(notices) {
  const list = document.querySelector("[data-notices]");
  const now = [...list.children].map((item) => item.textContent);
  if (now.join("\n") === notices.join("\n")) return;
  list.replaceChildren(
    ...notices.map((notice) => Object.assign(document.createElement("li"), { textContent: notice })),
  );
}

// A browser has six connections to one board: tabs in the background give theirs up.
function onVisibility() {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else {
    connect();
  }
}

// --- search -------------------------------------------------------------------------------

function enableSearch(form) {
  let timer = null;
  const search = () => {
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(wanted).toString();
    history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
    resync();
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });
}

// ------------------------------------------------------------------------------------------

indexRows();
tick();
setInterval(tick, 1000);
resyncWithin(RESYNC_EVERY_MS);
document.addEventListener("visibilitychange", onVisibility);
document.querySelectorAll("[data-search]").forEach(enableSearch);
if (!document.hidden) connect();
