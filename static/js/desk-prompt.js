// A long prompt in a pane of its own: search in it, from match to match, and the place where one was reading is kept.

const pane = document.getElementById("given");
const search = document.getElementById("prompt-search");
const said = document.getElementById("prompt-found");
const PLACE = `scriptorium.desk-place.${document.getElementById("desk-form").dataset.desk}`;
const MOST = 2000;
let matches = [];
let at = -1;

// --- The place ---

try {
  pane.scrollTop = Number(sessionStorage.getItem(PLACE) ?? 0);
} catch { /* no storage: one begins at the top */ }
let waiting = 0;
pane.addEventListener("scroll", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    try {
      sessionStorage.setItem(PLACE, String(Math.round(pane.scrollTop)));
    } catch { /* no storage: the place is lost with the page */ }
  }, 200);
});

// --- Search ---

function find(words) {
  const found = [];
  const walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
  const wanted = words.toLocaleLowerCase();
  while (walker.nextNode() && found.length < MOST) {
    const node = walker.currentNode;
    if (search.parentElement.contains(node)) continue;
    const text = node.data.toLocaleLowerCase();
    // Where lower case has another length, places would not agree: such a piece is found as it is written.
    const inside = text.length === node.data.length ? text : node.data;
    for (let place = inside.indexOf(wanted); place >= 0 && found.length < MOST; place = inside.indexOf(wanted, place + wanted.length)) {
      const range = new Range();
      range.setStart(node, place);
      range.setEnd(node, place + wanted.length);
      found.push(range);
    }
  }
  return found;
}

function show() {
  const words = search.value.trim();
  if (globalThis.CSS?.highlights) {
    CSS.highlights.set("prompt-found", new Highlight(...matches));
    CSS.highlights.set("prompt-here", new Highlight(...(matches[at] ? [matches[at]] : [])));
  }
  said.textContent = !words ? "" : matches.length
    ? search.dataset.found.replace("%a", at + 1).replace("%n", matches.length)
    : search.dataset.none;
  const box = matches[at]?.getBoundingClientRect();
  if (box) pane.scrollTop += box.top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
}

search.addEventListener("input", () => {
  const words = search.value.trim();
  matches = words ? find(words) : [];
  at = matches.length ? 0 : -1;
  show();
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault(); // it stands in the form of the desk
  if (!matches.length) return;
  at = (at + (event.shiftKey ? matches.length - 1 : 1)) % matches.length;
  show();
});
