// What a page cannot do without a script: it takes keys wherever the focus is, sends inputs in order,
// and sounds. All that is shown comes from the till, and nothing is kept here.

const SCAN_GAP_MS = 30; // between two keys of a scanner, on average; nobody types four keys so fast
const PAUSE_MS = 120; // between two keys of which the second begins a scan: the hand goes to the scanner
const SCAN_KEYS_MIN = 4; // of the shortest code: a PLU
const AGAIN_MS = 300; // before a line that was cut is tried again
const PICTURE_MS = 1_000; // longer, and a key would answer a question that came later by itself
const SILENCE_MS = 12_000; // more than two beats of the till: the line is cut
const STAY_MS = 10_000; // between two words that somebody is still here
const KEYS_MAX = 600;

const form = document.getElementById("form");
const field = document.getElementById("field");
const line = document.getElementById("line");

// --- the line to the till: inputs out, in order; pictures in ---------------------------------------

const waiting = []; // inputs of which the till has not said that they are done
let socket = null;
let heardAt = 0;
let swapped = Promise.resolve();

function connect() {
  socket?.close();
  const mine = (socket = new WebSocket(`ws://${location.host}/socket?page=${document.body.dataset.page}`));
  heardAt = Date.now();
  // Whatever was lost on the way is said again, under its own key: nothing is done twice.
  mine.onopen = () => waiting.forEach(say);
  mine.onmessage = ({ data }) => mine === socket && take(data);
  mine.onclose = () => mine === socket && lost();
}

function lost() {
  line.hidden = false;
  socket = null;
  setTimeout(() => socket ?? connect(), AGAIN_MS);
}

function hear(kind, text) {
  const input = { key: crypto.randomUUID(), kind, text };
  waiting.push(input);
  if (socket?.readyState === WebSocket.OPEN) say(input);
}

function say(input) {
  socket.send(JSON.stringify(input));
}

function take(message) {
  heardAt = Date.now();
  line.hidden = true;
  if (message.startsWith("<")) return draw(message);
  const [word, more] = message.split(" ");
  if (word === "beat") isOurs(more);
  else if (word === "sound") sound(more);
  else ended(word, more);
}

function draw(text) {
  if (isSpent) catchUp(); // in the frame of what it has led to
  const whole = { text, sourceElement: document.body, target: document.body, swap: "none swapEmpty:false" };
  swapped = swapped.then(() => htmx.swap(whole)).then(() => {
    if (!mayBeDrawn()) early = "";
    if (early) pressHotkey(early);
  });
}

function ended(word, key) {
  const place = waiting.findIndex((input) => input.key === key);
  if (place >= 0) waiting.splice(place, 1);
  drawnBy = performance.now() + PICTURE_MS;
  if (word !== "elsewhere") return;
  document.getElementById("elsewhere").hidden = false;
  sound("bad");
}

// A till that was updated must not be shown by yesterday's script.
function isOurs(build) {
  if (build !== document.body.dataset.build && !waiting.length) location.reload();
}

setInterval(() => {
  if (socket && Date.now() - heardAt > SILENCE_MS) connect();
}, 1_000);

// --- the field ------------------------------------------------------------------------------------

let keys = [];
let unseen = ""; // the end of a scan, which the field does not show yet
let isSpent = false; // whether what the field shows was sent: it goes with the answer
let catchingUp = 0;

// A browser that has a key to draw holds back what comes over the line until it has drawn it: with a
// code's keys in the field, the till's answer would wait for a frame of its own. So they are shown
// where the scanner pauses, and what was sent goes in the frame that shows what it has led to.
function written() {
  return isSpent ? "" : (field.value + unseen).slice(0, field.maxLength);
}

function show(shown) {
  clearTimeout(catchingUp);
  if (field.value !== shown) field.value = shown;
  unseen = "";
  isSpent = false;
}

function catchUp() {
  if (unseen || isSpent) show(written());
}

function catchUpLater() {
  clearTimeout(catchingUp);
  catchingUp = setTimeout(catchUp, PAUSE_MS);
}

// Whether a key follows the one before at a scanner's pace, at the end of the text.
function isFast(event) {
  const before = keys[keys.length - 1];
  const isAtEnd = field.selectionStart === field.value.length;
  return isAtEnd && before && !event.repeat && event.timeStamp - before.at <= SCAN_GAP_MS;
}

function note(event) {
  if (isFast(event)) {
    event.preventDefault();
    unseen += event.key;
    catchUpLater();
  } else {
    catchUp();
    field.focus({ preventScroll: true });
  }
  keys.push({ key: event.key, at: event.timeStamp });
  if (keys.length > KEYS_MAX) keys.shift();
}

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
function enter(text, fast) {
  const typed = text.slice(0, text.length - fast);
  isSpent = true;
  unseen = "";
  keys = [];
  catchUpLater();
  if (!fast || (typed && !/[*/]$/.test(typed))) return hear("typed", text);
  if (typed) hear("typed", typed);
  hear("scan", text.slice(text.length - fast));
}

field.addEventListener("beforeinput", catchUp);

let enterAt = 0;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = written();
  if (text) enter(text, fastKeys(text, enterAt));
});

const isControl = (element) => element.closest?.("button, a, summary") !== null;

document.addEventListener("keydown", (event) => {
  stay();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return catchUp();
  early = "";
  if (/^F\d+$/.test(event.key)) {
    event.preventDefault();
    if (!event.repeat) pressHotkey(event.key); // a key that is held down answers no question
  } else if (event.key === "Enter") {
    enterAt = event.timeStamp;
    if (!isControl(event.target) && event.target !== field) form.requestSubmit();
  } else if (event.key === "Escape") {
    if (!written()) hear("button", "start");
    show("");
    keys = [];
  } else if (event.key.length === 1 && !(event.key === " " && isControl(event.target))) {
    note(event);
  } else {
    catchUp();
  }
}, true);

// --- buttons --------------------------------------------------------------------------------------

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (button?.dataset.do) press(button);
  else if (button?.dataset.key) pressKey(button.dataset.key);
});

let early = ""; // a key whose button comes with a picture that is under way
let drawnBy = 0; // when the pictures of all that is done are there

function pressHotkey(key) {
  const button = document.querySelector(`button[data-hotkey="${CSS.escape(key)}"]`);
  early = button || !mayBeDrawn() ? "" : key;
  button?.click();
}

// The word that an input is done may come before its picture, which takes its time to be drawn.
function mayBeDrawn() {
  return waiting.length > 0 || performance.now() < drawnBy;
}

function press(button) {
  const typed = "field" in button.dataset ? written() : "";
  if (typed) show("");
  if (button.dataset.do === "take-input") document.getElementById("elsewhere").hidden = true;
  hear("button", typed ? `${button.dataset.do}:${typed}` : button.dataset.do);
}

function pressKey(key) {
  if (key === "Enter") return form.requestSubmit();
  show(key === "Backspace" ? written().slice(0, -1) : written() + key);
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

// To make one takes a slow machine a tenth of a second: not in the way of the first line.
function prepareSound() {
  audio ??= new AudioContext();
}

document.addEventListener("keydown", prepareSound, { once: true });

function sound(name) {
  prepareSound();
  let at = audio.currentTime;
  for (const [hertz, seconds] of TONES[name] ?? []) {
    const tone = new OscillatorNode(audio, { frequency: hertz, type: name === "bad" ? "square" : "sine" });
    const loudness = new GainNode(audio, { gain: 0.2 });
    tone.connect(loudness).connect(audio.destination);
    tone.start(at);
    tone.stop((at += seconds));
  }
}

connect();
