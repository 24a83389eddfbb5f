// What htmx does not: says whether the page is live, counts ages, marks what changed, and lets go of
// rows of a long list that are far away. All content comes from the server.

const SILENCE_MS = 25_000; // two and a half beats of the server: the line is cut
const RETRY_MS = 3_000; // where the first connection failed, which htmx does not try again
const FETCH_MS = 10_000; // for the whole page: a board that just started reads its tables first
const BODIES_MAX = 5; // hundreds of rows that stay in the page; the server tells of a few more
const NEAR_PX = 600; // as the rootMargin in macros.html

const page = () => document.getElementById("page");

// --- a state that was overtaken on its way does not undo a newer one ------------------------------

htmx.registerExtension("newest", {
  htmx_before_morph_node: (_, { oldNode, newNode }) =>
    !(Number(newNode.dataset?.turn) < Number(oldNode.dataset?.turn)),
});

// --- the line -------------------------------------------------------------------------------------

let connection = null;
let heardAt = Date.now();
let lostAt = null;
let clockAheadMs = Number(page().dataset.now) - Date.now();

function showLine(state, words) {
  const line = document.querySelector("[data-line]");
  if (!line) return;
  line.dataset.line = state;
  line.querySelector("[data-line-words]").textContent = words;
}

function lost() {
  lostAt ??= new Date();
  showLine("lost", `Not live since ${lostAt.toLocaleTimeString(navigator.languages)}, connecting again`);
}

function heard() {
  heardAt = Date.now();
  lostAt = null;
  showLine("live", "Live");
}

document.addEventListener("htmx:sse:after:connection", ({ detail }) => {
  connection = detail.connection;
});
document.addEventListener("htmx:sse:before:connection", ({ detail }) => {
  if (detail.connection.attempt > 0 && !document.hidden) lost();
});
document.addEventListener("htmx:sse:close", () => (connection = null));
document.addEventListener("htmx:sse:before:message", heard);
for (const name of ["hello", "beat"]) {
  document.addEventListener(name, ({ detail }) => {
    clockAheadMs = JSON.parse(detail.data).now - Date.now();
  });
}

// The board does not know this page any more: it was restarted, or the page was away for long. The
// stream ends with that word (hx-sse:close): one that went on would be told it again and again, and
// the page would fetch itself for ever. The page that is fetched brings a stream of its own.
let fetching = false;

document.addEventListener("gone", async () => {
  if (fetching) return;
  fetching = true;
  try {
    const whole = { source: "#page", target: "#page", select: "#page", swap: "outerMorph", timeout: FETCH_MS };
    await htmx.ajax("GET", location.href, whole);
  } finally {
    fetching = false;
  }
});

function watchLine() {
  if (document.hidden || fetching || !document.getElementById("stream")) return;
  const silentMs = Date.now() - heardAt;
  if (connection && silentMs > SILENCE_MS) {
    lost();
    heardAt = Date.now();
    connection.reader?.cancel();
  } else if (!connection && silentMs > RETRY_MS) {
    lost();
    heardAt = Date.now();
    htmx.trigger("#stream", "connect");
  }
}

// --- ages -----------------------------------------------------------------------------------------

// As wording.age on the server.
function age(ms) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  if (whole < 60) return `${whole} s ago`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ago`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min ago`;
  return `${Math.floor(whole / 86_400)} d ago`;
}

function tick() {
  const now = Date.now() + clockAheadMs;
  for (const element of document.querySelectorAll("[data-age]")) {
    const text = age(now - Number(element.dataset.age));
    if (element.textContent !== text) element.textContent = text;
  }
  watchLine();
}

// --- what changed ---------------------------------------------------------------------------------

new MutationObserver((changes) => {
  for (const { target } of changes) {
    const cell = target.parentElement?.closest("[data-cell]");
    if (!cell) continue;
    cell.classList.remove("changed");
    void cell.offsetWidth; // lets the same highlight run again
    cell.classList.add("changed");
  }
}).observe(document.body, { subtree: true, characterData: true });

// --- long lists -----------------------------------------------------------------------------------

const bodies = () => [...document.querySelectorAll("#list tbody[data-page]")];
const isDrawn = (body) => !body.classList.contains("later");

function isNear(body) {
  const { top, bottom } = body.getBoundingClientRect();
  return bottom > -NEAR_PX && top < window.innerHeight + NEAR_PX;
}

// Rows that are not drawn yet need about as much room as those that are.
function keepRoom() {
  const list = document.getElementById("list");
  const drawn = list?.querySelector("tbody[data-page]:not(.later)");
  if (drawn?.rows.length) {
    list.style.setProperty("--rows", `${(drawn.offsetHeight / drawn.rows.length) * 100}px`);
  }
}

function letGo(body) {
  const cell = Object.assign(document.createElement("td"), { colSpan: 99 });
  cell.style.height = `${body.offsetHeight}px`;
  const row = document.createElement("tr");
  row.append(cell);
  body.replaceChildren(row);
  body.classList.add("later");
  body.setAttribute("hx-get", body.dataset.from);
  body.setAttribute("hx-trigger", `intersect delay:100ms rootMargin:"${NEAR_PX}px 0px"`);
  body.setAttribute("hx-swap", "outerHTML");
  htmx.process(body, true);
}

function makeRoomFor(wanted) {
  const number = (body) => Number(body.dataset.page);
  const far = (body) => Math.abs(number(body) - number(wanted));
  const drawn = bodies().filter(isDrawn).sort((a, b) => far(b) - far(a));
  const dropped = drawn.slice(0, Math.max(0, drawn.length + 1 - BODIES_MAX));
  dropped.forEach(letGo);
  return dropped.map((body) => body.dataset.page);
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { sourceElement: source, request } = ctx;
  if (source.matches("tbody.later")) {
    for (const dropped of makeRoomFor(source)) request.body.append("drop", dropped);
  } else if (source.id === "list") {
    for (const body of bodies().filter(isDrawn)) request.body.append("page", body.dataset.page);
  } else if (source.matches("form")) {
    for (const [name, value] of [...request.body]) {
      if (!value || source.elements[name]?.dataset?.default === value) request.body.delete(name);
    }
  }
});

// Whoever drags the scroll bar passes by thousands of rows that nobody will read.
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source.matches("tbody.later") && !isNear(source)) event.preventDefault();
});

document.addEventListener("htmx:after:swap", keepRoom);

// --------------------------------------------------------------------------------------------------

keepRoom();
tick();
setInterval(tick, 1000);
