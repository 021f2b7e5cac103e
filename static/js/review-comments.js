// Comments on passages. A passage is counted in code points of the message's raw text; a selection in the rendered text
// is looked up in the raw one, and where it stands there more than once the raw text is shown to select in.

const desk = () => document.getElementById("desk");
const list = () => desk()?.querySelector("[data-remarks]");
const points = (text) => [...text].length;
let pointed = null;
let rawWanted = false;

function add({ span, quote, text = "" }, focus = true) {
  const made = document.getElementById("remark-template").content.cloneNode(true).firstElementChild;
  made.querySelector("[data-quote]").textContent = quote;
  made.querySelector('[name="comment-span"]').value = span;
  made.querySelector("textarea").value = text;
  list().append(made);
  if (focus) made.querySelector("textarea").focus();
  paint();
}

// Where the selection lies in the raw text of its message: [message, start, end], or null where nobody can say.
function passage() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return undefined;
  const range = selection.getRangeAt(0);
  const message = elementOf(range.commonAncestorContainer)?.closest("#desk [data-message]");
  if (!message) return undefined;
  const raw = message.querySelector("[data-raw]");
  if (raw.contains(range.commonAncestorContainer)) {
    const before = document.createRange();
    before.setStart(raw, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const start = points(before.toString());
    return { message, start, end: start + points(range.toString()) };
  }
  const words = selection.toString().trim();
  const at = raw.textContent.indexOf(words);
  if (!words || at < 0 || raw.textContent.indexOf(words, at + 1) >= 0) return null;
  const start = points(raw.textContent.slice(0, at));
  return { message, start, end: start + points(words) };
}

const elementOf = (node) => (node instanceof Element ? node : node?.parentElement);

function comment(on) {
  const found = on ? undefined : passage();
  if (found === null) {
    const raw = desk().querySelector(".raw-switch input");
    if (!raw.checked) raw.click();
    window.scriptorium.notify("info", list().dataset.unfound);
    return;
  }
  const messages = desk().querySelectorAll("[data-message]");
  const focused = document.activeElement?.closest?.("#desk [data-message]");
  const message = found?.message ?? on ?? focused ?? (pointed?.isConnected ? pointed : null) ?? messages[messages.length - 1];
  const characters = [...message.querySelector("[data-raw]").textContent];
  const [start, end] = found ? [found.start, found.end] : [0, characters.length];
  if (end > start) add({ span: `${message.dataset.message}:${start}:${end}`, quote: characters.slice(start, end).join("") });
}

// The passages are marked in the raw text, where the browser can do so without touching the text itself.
function paint() {
  if (!window.Highlight || !desk()) return;
  const ranges = [];
  for (const { value } of desk().querySelectorAll('[data-remark] [name="comment-span"]')) {
    const [message, start, end] = value.split(":").map(Number);
    const node = desk().querySelector(`[data-message="${message}"] [data-raw]`)?.firstChild;
    if (!node) continue;
    const characters = [...node.data];
    const range = document.createRange();
    range.setStart(node, characters.slice(0, start).join("").length);
    range.setEnd(node, characters.slice(0, end).join("").length);
    ranges.push(range);
  }
  CSS.highlights.set("remarks", new Highlight(...ranges));
}

function prepare() {
  const pattern = document.getElementById("remark-button");
  if (!pattern) return;
  for (const head of desk().querySelectorAll("[data-message] .message-head")) {
    if (!head.querySelector("[data-comments]")) head.append(pattern.content.cloneNode(true));
  }
  const raw = desk().querySelector(".raw-switch input");
  if (raw && rawWanted) raw.checked = true;
  paint();
}

// Who reads raw text goes on reading raw text.
document.addEventListener("change", (event) => { if (event.target.matches(".raw-switch input")) rawWanted = event.target.checked; });
document.addEventListener("shortcut", (event) => {
  if (event.detail.action !== "comment") return;
  event.preventDefault();
  comment(null);
});
// A click on the button would take the selection away before it is read.
document.addEventListener("mousedown", (event) => { if (event.target.closest("[data-comments]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const button = event.target.closest("#desk [data-comments]");
  const message = button?.closest("[data-message]");
  if (message) comment(getSelection().containsNode(message, true) && !getSelection().isCollapsed ? null : message);
  const removes = event.target.closest("#desk [data-removes]");
  if (!removes) return;
  const form = removes.form;
  removes.closest("[data-remark]").remove();
  form.dispatchEvent(new Event("input", { bubbles: true }));
  paint();
  desk().querySelector("#comment").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("#desk textarea")) event.target.blur();
});
document.addEventListener("pointerover", (event) => { pointed = event.target.closest?.("#desk [data-message]") ?? pointed; });
document.addEventListener("review:remark", (event) => add(event.detail, false));
document.addEventListener("htmx:after:swap", prepare);
prepare();
