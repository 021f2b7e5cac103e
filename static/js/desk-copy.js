// Keeps a copy of what is typed in this browser until the server has it, by person, task and tab, and offers it on return
// where it differs. A crash, a flat battery or a closed tab loses nothing.

const form = document.getElementById("desk-form");
const ROOM = `scriptorium.desk.${form.dataset.desk}.`;
const mine = ROOM + Math.random().toString(36).slice(2);
const YOUNG = 60 * 24 * 3600 * 1000; // copies are forgotten after sixty days

const values = (name) => [...form.querySelectorAll(`[name="${name}"]`)].map((field) => field.value);
const messages = () => values("role").map((role, place) => ({ role, content: values("content")[place] }));
const pairs = () => JSON.stringify([...new FormData(form)].filter(([name]) => ["role", "content", "category"].includes(name)));

function keep() {
  const copy = { messages: messages(), category: form.elements.category.value, version: form.elements.version.value, at: Date.now() };
  try {
    localStorage.setItem(mine, JSON.stringify(copy));
    form.dataset.kept = "yes";
  } catch {
    form.dataset.kept = "no"; // full, or forbidden in this browser
  }
}

// Every keystroke, also while an input method composes: the copy is only written, never sent.
form.addEventListener("input", (event) => { if (["content", "category"].includes(event.target.name)) keep(); });

form.addEventListener("desk:saved", ({ detail }) => {
  if (detail.text === pairs()) drop(mine);
});

function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch { /* nothing was kept either */ }
}

function copies() {
  const found = [];
  try {
    for (let place = 0; place < localStorage.length; place += 1) {
      const key = localStorage.key(place);
      if (!key.startsWith("scriptorium.desk.")) continue;
      const copy = JSON.parse(localStorage.getItem(key));
      if (Date.now() - copy.at > YOUNG) drop(key);
      else if (key.startsWith(ROOM) && key !== mine) found.push({ key, ...copy });
    }
  } catch { /* no storage, or not ours: there is nothing to offer */ }
  return found.sort((one, other) => other.at - one.at);
}

// One after the other, where a text is not the one that the server has.
function offer() {
  if (!document.getElementById("choice").hidden) return;
  const here = JSON.stringify(messages());
  for (const copy of copies()) {
    if (JSON.stringify(copy.messages) === here && copy.category === form.elements.category.value) drop(copy.key);
    else if (!copy.messages.some(({ content }) => content.trim())) drop(copy.key);
    else {
      form.dispatchEvent(new CustomEvent("desk:choose", { detail: { kind: "kept", ...copy } }));
      return;
    }
  }
}

form.addEventListener("desk:chosen", ({ detail }) => {
  if (detail.kind !== "kept") return;
  // The chosen text is kept under this tab's own key before the old copy goes.
  if (detail.choice === "other") keep();
  drop(detail.key);
  offer();
});

form.dataset.kept = "yes";
// A text that came back from the server unsaved is copied at once, and not offered against itself.
if ("unsaved" in form.dataset) keep();
// After the modules that show the choice and put texts have been loaded.
window.addEventListener("load", offer);
