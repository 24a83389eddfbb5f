// What a page cannot do without a script: it takes keys wherever the focus is, sends inputs one after
// another, and sounds. All that is shown comes from the till, and nothing is kept here.

const SCAN_GAP_MS = 30; // between two keys of a scanner, on average; nobody types four keys so fast
const PAUSE_MS = 120; // between two keys of which the second begins a scan: the hand goes to the scanner
const SCAN_KEYS_MIN = 4; // of the shortest code: a PLU
const AGAIN_MS = 300; // before an input that was not heard is sent again, under the same key
const SILENCE_MS = 12_000; // more than two beats of the till: the line is cut
const STAY_MS = 10_000; // between two words that somebody is still here
const KEYS_MAX = 600;

const form = document.getElementById("form");
const field = document.getElementById("field");
const line = document.getElementById("line");

// --- inputs, in order -----------------------------------------------------------------------------

const waiting = [];
let sending = false;

function hear(kind, text) {
  waiting.push({ key: crypto.randomUUID(), kind, text });
  if (!sending) send();
}

async function send() {
  sending = true;
  while (waiting.length) {
    const status = await sent(waiting[0]);
    if (status === 0 || status >= 500) await new Promise((again) => setTimeout(again, AGAIN_MS));
    else waiting.shift();
    if (status === 409) refused();
  }
  sending = false;
}

async function sent(input) {
  try {
    const headers = { "Content-Type": "application/json", "X-Page": document.body.dataset.page };
    return (await fetch("/input", { method: "POST", headers, body: JSON.stringify(input) })).status;
  } catch {
    return 0;
  }
}

function refused() {
  waiting.length = 0;
  document.getElementById("elsewhere").hidden = false;
  sound("bad");
}

// --- the field ------------------------------------------------------------------------------------

let keys = [];

// How many keys at the end of the text a scanner sent: none of them after a pause, and on the whole
// faster than fingers are. One that comes late on a busy machine does not cut a code in two.
function fastKeys(text, enterAt) {
  let count = 0;
  let later = enterAt;
  while (count < text.length && count < keys.length) {
    const { key, at } = keys[keys.length - 1 - count];
    if (key !== text[text.length - 1 - count] || later - at > PAUSE_MS) break;
    later = at;
    count += 1;
  }
  return count >= SCAN_KEYS_MIN && enterAt - later <= count * SCAN_GAP_MS ? count : 0;
}

// A scanner's text is only ever a code, whatever is printed on a label. Somebody may type 3* and then
// scan; anything else before a scan makes all of it one text, whose check digit will tell.
function take(text, fast) {
  const typed = text.slice(0, text.length - fast);
  field.value = "";
  keys = [];
  if (!fast || (typed && !/[*/]$/.test(typed))) return hear("typed", text);
  if (typed) hear("typed", typed);
  hear("scan", text.slice(text.length - fast));
}

let enterAt = 0;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  if (text) take(text, fastKeys(text, enterAt));
});

const isControl = (element) => element.closest?.("button, a, summary") !== null;

document.addEventListener("keydown", (event) => {
  stay();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const pressed = document.querySelector(`button[data-hotkey="${CSS.escape(event.key)}"]`);
  if (pressed) {
    event.preventDefault();
    pressed.click();
  } else if (event.key === "Enter") {
    enterAt = event.timeStamp;
    if (!isControl(event.target) && event.target !== field) form.requestSubmit();
  } else if (event.key === "Escape") {
    if (!field.value) hear("button", "start");
    field.value = "";
    keys = [];
  } else if (event.key.length === 1 && !(event.key === " " && isControl(event.target))) {
    field.focus({ preventScroll: true });
    keys.push({ key: event.key, at: event.timeStamp });
    if (keys.length > KEYS_MAX) keys.shift();
  }
}, true);

// --- buttons --------------------------------------------------------------------------------------

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (button?.dataset.do) press(button);
  else if (button?.dataset.key) pressKey(button.dataset.key);
});

function press(button) {
  const typed = "field" in button.dataset ? field.value : "";
  if (typed) field.value = "";
  if (button.dataset.do === "take-input") document.getElementById("elsewhere").hidden = true;
  hear("button", typed ? `${button.dataset.do}:${typed}` : button.dataset.do);
}

function pressKey(key) {
  if (key === "Enter") return form.requestSubmit();
  field.value = key === "Backspace" ? field.value.slice(0, -1) : field.value + key;
  keys = [];
}

// A finger on the keypad leaves the focus in the field.
document.addEventListener("pointerdown", (event) => {
  stay();
  if (event.target.closest?.("button[data-key]")) event.preventDefault();
});
document.addEventListener("scroll", stay, true);

let stayedAt = 0;
function stay() {
  const isEnding = document.querySelector("#ending button");
  if (!isEnding && Date.now() < stayedAt + STAY_MS) return;
  if (!isEnding && document.getElementById("main").dataset.view === "start") return;
  stayedAt = Date.now();
  hear("button", "stay");
}

// --- sound ----------------------------------------------------------------------------------------

const TONES = { good: [[1400, 0.04]], bad: [[220, 0.18], [160, 0.25]], sold: [[900, 0.07], [1350, 0.1]] };
let audio = null;

function sound(name) {
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [hertz, seconds] of TONES[name] ?? []) {
    const tone = new OscillatorNode(audio, { frequency: hertz, type: name === "bad" ? "square" : "sine" });
    const loudness = new GainNode(audio, { gain: 0.2 });
    tone.connect(loudness).connect(audio.destination);
    tone.start(at);
    tone.stop((at += seconds));
  }
}

document.addEventListener("sound", ({ detail }) => sound(detail.data));

// --- the line to the till -------------------------------------------------------------------------

let connection = null;
let heardAt = Date.now();

function heard() {
  heardAt = Date.now();
  line.hidden = true;
}

document.addEventListener("htmx:sse:after:connection", ({ detail }) => (connection = detail.connection));
document.addEventListener("htmx:sse:before:connection", ({ detail }) => {
  if (detail.connection.attempt > 0) line.hidden = false;
});
document.addEventListener("htmx:sse:close", () => (connection = null));
document.addEventListener("htmx:sse:before:message", heard);
// A till that was updated must not be shown by yesterday's script.
document.addEventListener("beat", ({ detail }) => {
  if (detail.data !== document.body.dataset.build && !waiting.length) location.reload();
});

setInterval(() => {
  if (Date.now() - heardAt < SILENCE_MS) return;
  heardAt = Date.now();
  line.hidden = false;
  if (connection) connection.reader?.cancel();
  else htmx.trigger("#stream", "connect");
}, 1_000);
