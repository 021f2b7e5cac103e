// The forms of the guideline's draft save themselves: one request at a time, each after a pause in the typing. What the
// server said replaces the form's `data-saved`, which also carries what the writer has now seen; errors are put beside
// their fields. Without this module every form has its button.

const PAUSE = 1000;
const AGAIN = 10000;
const states = new WeakMap();

function stateOf(form) {
  if (!states.has(form)) states.set(form, { timer: 0, sending: null, changed: false });
  return states.get(form);
}

function say(form, state) {
  const saved = form.querySelector("[data-saved]");
  const line = saved.querySelector(".save-state");
  line.dataset.state = state;
  line.querySelector("[data-words]").textContent = saved.dataset[state];
}

function showErrors(form) {
  for (const slot of form.querySelectorAll("[data-error-of]")) {
    slot.hidden = true;
    slot.textContent = "";
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const error of form.querySelectorAll("[data-errors] [data-field]")) {
    const slot = form.querySelector(`[data-error-of="${CSS.escape(error.dataset.field)}"]`);
    form.querySelector(`[name="${CSS.escape(error.dataset.field)}"]`)?.setAttribute("aria-invalid", "true");
    if (!slot) {
      error.parentElement.classList.add("guideline-homeless");
      continue;
    }
    slot.textContent = error.textContent;
    slot.hidden = false;
  }
}

async function save(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  if (state.sending || !state.changed) return state.sending;
  state.changed = false;
  say(form, "saving");
  state.sending = send(form, state);
  await state.sending;
  state.sending = null;
  if (state.changed && form.isConnected) state.timer = setTimeout(() => save(form), PAUSE);
  return null;
}

async function send(form, state) {
  const headers = { "HX-Request": "true", "X-CSRFToken": window.scriptorium.csrf() };
  const body = new FormData(form);
  try {
    const answer = await fetch(form.action, { method: "POST", headers, body });
    const text = await answer.text();
    const part = document.createRange().createContextualFragment(text);
    const region = part.querySelector("[data-saved]");
    if (!region) throw new Error(`answer ${answer.status}`);
    form.querySelector("[data-saved]").replaceWith(region);
    showErrors(form);
    // Refused: it is still to be saved, with the next change.
    state.refused = !answer.ok;
    if (state.changed) say(form, "unsaved");
  } catch {
    state.changed = true;
    say(form, "offline");
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), AGAIN);
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-saves-itself]");
  if (!form) return;
  const state = stateOf(form);
  state.changed = true;
  if (!state.sending) say(form, "unsaved");
  clearTimeout(state.timer);
  // No request while an input method composes; its end is an input as well.
  if (!event.isComposing) state.timer = setTimeout(() => save(form), PAUSE);
});

document.addEventListener("compositionend", (event) => {
  const form = event.target.closest("form[data-saves-itself]");
  if (form && stateOf(form).changed) stateOf(form).timer = setTimeout(() => save(form), PAUSE);
});

// A button of the form waits for the save under way: it must send what the writer has seen by then.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-saves-itself]");
  if (!form) return;
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.leaving = true;
  if (!state.sending) return;
  event.preventDefault();
  const { submitter } = event;
  state.sending.then(() => form.requestSubmit(submitter?.isConnected ? submitter : undefined));
});

window.addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("form[data-saves-itself]")].map(stateOf);
  if (open.some((state) => !state.leaving && (state.changed || state.sending || state.refused))) event.preventDefault();
});
