// Two texts of one task, side by side; the writer chooses. `desk:choose` on the form opens it, with detail.kind "elsewhere"
// (saved in another tab or on another machine) or "kept" (a copy in this browser), messages, category and version.

const form = document.getElementById("desk-form");
const choice = document.getElementById("choice");
const part = (name) => choice.querySelector(name);
let open = null;

form.addEventListener("desk:choose", ({ detail }) => {
  open = detail;
  form.dispatchEvent(new Event("desk:hold"));
  const elsewhere = detail.kind === "elsewhere";
  part("#choice-title").textContent = elsewhere ? choice.dataset.elsewhere : choice.dataset.kept;
  part('[data-name="mine"]').textContent = elsewhere ? choice.dataset.hereName : choice.dataset.savedName;
  part('[data-name="other"]').textContent = elsewhere ? choice.dataset.elsewhereName : `${choice.dataset.keptName} (${when(detail.at)})`;
  show("mine", [...form.querySelectorAll('[name="content"]')].map((box) => box.value));
  show("other", detail.messages.map(({ content }) => content));
  choice.hidden = false;
  choice.focus();
  choice.scrollIntoView({ block: "nearest" });
});

// While it is open, typing goes on in the editor: the left side follows.
form.addEventListener("input", () => {
  if (open) show("mine", [...form.querySelectorAll('[name="content"]')].map((box) => box.value));
});

function show(side, texts) {
  part(`[data-text="${side}"]`).replaceChildren(...texts.map((text) => {
    const box = document.createElement("pre");
    box.className = "raw-text mb-2";
    box.dir = "auto";
    box.tabIndex = 0;
    box.textContent = text;
    return box;
  }));
}

function when(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }).format(at);
}

choice.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choose]");
  // Opened by the server, after a form without a script's help: its own buttons do the same.
  if (!button || !open) return;
  event.preventDefault();
  const chosen = open;
  const other = button.dataset.choose === "other";
  open = null;
  choice.hidden = true;
  if (other) form.dispatchEvent(new CustomEvent("desk:put", { detail: chosen }));
  const version = chosen.kind === "elsewhere" ? chosen.version : undefined;
  form.dispatchEvent(new CustomEvent("desk:chosen", { detail: { ...chosen, choice: button.dataset.choose } }));
  // A further copy may have been offered meanwhile; then saving waits for that.
  if (choice.hidden) form.dispatchEvent(new CustomEvent("desk:resume", { detail: { version, confirmed: other && version !== undefined } }));
  form.querySelector("textarea")?.focus();
});
