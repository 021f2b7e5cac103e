// What is typed at the reviewer's desk survives a reload: a copy in this browser, by review, until it is decided. Also
// the lease, renewed by working, and the ten seconds of the undo.

const PREFIX = "scriptorium.review.";
const MOST_KEPT = 20;
const RENEW_EVERY = 120_000;
const desk = () => document.getElementById("desk");
const form = () => document.getElementById("review-form");
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "decision"]);
let waiting = 0;
let renewed = Date.now();

function keep() {
  const review = desk()?.dataset.review;
  if (!review) return;
  const entries = [...new FormData(form())].filter(([name]) => !LEFT_OUT.has(name));
  try {
    localStorage.setItem(PREFIX + review, JSON.stringify({ at: Date.now(), entries }));
  } catch {
    // Storage is full or forbidden: the desk works, only a reload would lose what is typed.
  }
}

function tidy() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  if (kept.length <= MOST_KEPT) return;
  const age = (key) => JSON.parse(localStorage.getItem(key)).at;
  for (const key of kept.sort((one, other) => age(one) - age(other)).slice(0, -MOST_KEPT)) localStorage.removeItem(key);
}

function fill(entries) {
  const spans = entries.filter(([name]) => name === "comment-span");
  const texts = entries.filter(([name]) => name === "comment-text");
  for (const box of form().querySelectorAll('[name="reasons"]')) box.checked = false;
  for (const [name, value] of entries) {
    if (name === "comment") form().elements.comment.value = value;
    const choice = form().querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]:is([type="radio"], [type="checkbox"])`);
    if (choice) choice.checked = true;
  }
  const messages = [...desk().querySelectorAll("[data-message] [data-raw]")].map((raw) => [...raw.textContent]);
  spans.forEach(([, span], place) => {
    const [message, start, end] = span.split(":").map(Number);
    const quote = messages[message]?.slice(start, end).join("") ?? "";
    document.dispatchEvent(new CustomEvent("review:remark", { detail: { span, quote, text: texts[place][1] } }));
  });
}

// A form that the server filled in is newer than the copy.
function begin() {
  if (desk()?.dataset.done) localStorage.removeItem(PREFIX + desk().dataset.done);
  if (!desk()?.dataset.review) return;
  if ("typed" in desk().dataset) {
    keep();
    return;
  }
  const copy = localStorage.getItem(PREFIX + desk().dataset.review);
  if (copy) fill(JSON.parse(copy).entries);
  document.dispatchEvent(new Event("review:filled"));
}

function beginSafely() {
  try {
    begin();
    tidy();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // storage is forbidden in this browser
  }
}

async function renew() {
  const shown = desk()?.querySelector("[data-lease]");
  if (!shown || Date.now() - renewed < RENEW_EVERY) return;
  renewed = Date.now();
  const answer = await fetch(shown.dataset.renew, { method: "POST", headers: { "X-CSRFToken": window.scriptorium.csrf() } }).catch(() => null);
  if (!answer?.ok) return; // the decision itself says what became of the place
  const until = new Date((await answer.json()).lease_until);
  shown.dateTime = until.toISOString();
  shown.textContent = until.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

function worked(event) {
  if (event.target.form !== form() && event.target !== form()) return;
  clearTimeout(waiting);
  waiting = setTimeout(keep, 250);
  renew();
}

// Only the last decision can be undone, and only for so long.
function watchUndo() {
  const notes = [...document.querySelectorAll("[data-undo-for]")];
  notes.slice(0, -1).forEach((note) => note.remove());
  const last = notes.at(-1);
  if (!last || last.dataset.watched) return;
  last.dataset.watched = "yes";
  setTimeout(() => last.remove(), Number(last.dataset.undoFor) * 1000);
}

document.addEventListener("input", worked);
document.addEventListener("change", worked);
window.addEventListener("pagehide", () => { if (waiting) keep(); });
let seen = desk();
document.addEventListener("htmx:after:swap", () => {
  watchUndo();
  if (desk() === seen) return;
  seen = desk();
  clearTimeout(waiting);
  waiting = 0;
  renewed = Date.now();
  beginSafely();
});
document.addEventListener("submit", (event) => { if (event.target.closest(".undo")) event.target.closest("[data-alert]")?.remove(); });
beginSafely();
