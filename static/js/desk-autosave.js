// Saves what is typed at the writer's desk: a second after typing stops, every ten seconds while it goes on, at once before
// it is handed in. Nothing is sent while an input method composes. What the server has not confirmed is said in words.
//
// Other modules of the desk: `desk:saved` (detail: text, lease) tells them that the server has it, `desk:choose` asks
// which of two texts to keep, `desk:resume` (detail: version?, confirmed?) lets saving go on. static/js/desk-copy.js keeps
// the copy in this browser and says in `form.dataset.kept` whether it could.

const form = document.getElementById("desk-form");
const shown = document.getElementById("save-state");
const PAUSE = 1000, LONGEST = 10_000, PATIENCE = 20_000, SMALL = 50_000, SLOWEST = 30_000;

const parts = () => [...new FormData(form)].filter(([name]) => ["role", "content", "category"].includes(name));
const text = () => JSON.stringify(parts());
const messagesOf = (pairs) => JSON.stringify(pairs.filter(([name]) => name !== "category"));
const written = (messages) => JSON.stringify(messages.flatMap(({ role, content }) => [["role", role], ["content", content]]));

let confirmed = "unsaved" in form.dataset ? null : text();
let flying = null; // the save under way
let held = document.getElementById("choice").hidden === false; // waiting for a choice, or the task has passed on
let refused = null; // the text that the server cannot take: not sent again as it is
let composing = false;
let failures = 0;
let pauseTimer, longestTimer, retryTimer;
const sent = new Set(); // texts whose answer never came: the server may have them all the same

const dirty = () => text() !== confirmed;

// --- Words ---

function say(state, words) {
  shown.dataset.state = state;
  shown.querySelector("[data-words-of-state]").textContent = words;
}

function clock() {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, { ...options, timeZone: form.dataset.zone }).format();
  } catch {
    return new Intl.DateTimeFormat(document.documentElement.lang, options).format();
  }
}

const saySaved = () => say("saved", shown.dataset.saved.replace("%s", clock()));

// Every state but "saved" speaks of the copy on this computer; where there is none, the truth is more important.
function sayUnsaved(state, words) {
  say(state, form.dataset.kept === "no" ? shown.dataset.bare : words);
}

// --- Saving ---

function schedule() {
  clearTimeout(pauseTimer);
  pauseTimer = setTimeout(save, PAUSE);
  longestTimer ??= setTimeout(save, LONGEST);
}

function stopTimers() {
  clearTimeout(pauseTimer);
  clearTimeout(longestTimer);
  clearTimeout(retryTimer);
  longestTimer = undefined;
}

// Saves what there is; true where the server has everything.
async function save({ leaving = false } = {}) {
  stopTimers();
  if (composing) return schedule(), false;
  if (flying) await flying;
  if (held || !dirty()) return !held;
  if (text() === refused) return false;
  flying = send(leaving);
  const done = await flying;
  flying = null;
  if (done && dirty()) schedule();
  return done && !dirty();
}

async function send(leaving) {
  const pairs = parts();
  const now = JSON.stringify(pairs);
  const body = new FormData();
  for (const [name, value] of pairs) body.append(name, value);
  body.append("version", form.elements.version.value);
  sent.add(messagesOf(pairs));
  if (!["offline", "failed"].includes(shown.dataset.state)) say("saving", shown.dataset.saving);
  let answer;
  try {
    answer = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body,
      redirect: "manual",
      keepalive: leaving && now.length < SMALL,
      headers: { "X-CSRFToken": window.scriptorium.csrf(), "HX-Request": "true", Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return later("offline", shown.dataset.offline);
  }
  return heard(answer, now);
}

async function heard(answer, now) {
  if (answer.ok) return keep(await answer.json(), now);
  document.getElementById("login-notice").hidden = answer.status !== 401;
  if (answer.status === 401) return later("offline", shown.dataset.out, false);
  if (answer.status >= 500 || answer.status === 429) return later("offline", shown.dataset.trouble);
  const said = await answer.json().catch(() => ({}));
  if (said.reason === "stale") return stale(said.draft);
  if (said.reason === "moved") return moved(said.detail);
  refused = now;
  sayUnsaved("failed", said.detail ?? shown.dataset.refused);
  return false;
}

function keep(saved, now) {
  failures = 0;
  refused = null;
  sent.clear();
  confirmed = now;
  form.elements.version.value = saved.version;
  document.getElementById("login-notice").hidden = true;
  if (dirty()) say("saving", shown.dataset.saving);
  else saySaved();
  form.dispatchEvent(new CustomEvent("desk:saved", { detail: { text: now, lease: saved.lease_until } }));
  return true;
}

// The server is away, or does not know who this is: tried again, less and less often.
function later(state, words, slower = true) {
  sayUnsaved(state, words);
  failures = slower ? failures + 1 : 2;
  retryTimer = setTimeout(save, Math.min(SLOWEST, 1000 * 2 ** failures) * (0.75 + Math.random() / 2));
  return false;
}

function stale(draft) {
  const theirs = written(draft.messages);
  const own = sent.has(theirs) || theirs === messagesOf(parts());
  if (own) {
    // What came first was this tab's own save, whose answer was lost: no choice is needed.
    form.elements.version.value = draft.version;
    sent.clear();
    schedule();
    return false;
  }
  held = true;
  sayUnsaved("failed", shown.dataset.stale);
  form.dispatchEvent(new CustomEvent("desk:choose", { detail: { kind: "elsewhere", ...draft } }));
  return false;
}

function moved(detail) {
  held = true;
  sayUnsaved("failed", shown.dataset.moved);
  const notice = document.getElementById("moved-notice");
  notice.querySelector("[data-detail]").textContent = detail;
  notice.hidden = false;
  return false;
}

form.addEventListener("desk:hold", () => { held = true; });
form.addEventListener("desk:resume", ({ detail }) => {
  held = false;
  if (detail.version !== undefined) form.elements.version.value = detail.version;
  if (detail.confirmed) {
    confirmed = text();
    saySaved();
  }
  save();
});

// --- When ---

form.addEventListener("input", (event) => {
  if (!["content", "category"].includes(event.target.name)) return;
  if (event.isComposing || composing) return;
  // Nothing is saved or sent before the choice between two texts is made: say so where one looks.
  if (held && !document.getElementById("choice").hidden) sayUnsaved("failed", shown.dataset.stale);
  else if (shown.dataset.state === "saved" || shown.dataset.state === "") say("unsaved", shown.dataset.unsaved);
  if (!held) schedule();
});
form.addEventListener("compositionstart", () => { composing = true; });
form.addEventListener("compositionend", () => {
  composing = false;
  if (!held) schedule();
});

const again = () => { if (dirty() && !held) save(); };
window.addEventListener("online", again);
// Back from another tab, where one may have logged in: what was refused is tried once more.
window.addEventListener("focus", () => {
  refused = null;
  again();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && dirty()) save({ leaving: true });
});
window.addEventListener("beforeunload", (event) => {
  if (dirty() && form.dataset.kept === "no" && !("go" in form.dataset)) event.preventDefault();
});
// A page that the browser kept whole may be of a task that has gone on.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// --- Buttons: everything is saved first, so that what goes is what the server has, and a server that is away is noticed. ---

// A log-in in another tab has changed the token that the forms of this page were made with.
document.addEventListener("submit", (event) => {
  const token = event.target.elements.csrfmiddlewaretoken;
  if (token) token.value = window.scriptorium.csrf();
}, { capture: true });

form.addEventListener("submit", async (event) => {
  if ("go" in form.dataset || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  if (composing) return;
  if (button?.getAttribute("aria-disabled") === "true") {
    document.getElementById("panel-checks").dispatchEvent(new Event("show-tab"));
    return;
  }
  const done = await save();
  if (button?.id === "save-button" || !button) {
    if (done) saySaved();
    return;
  }
  if (!done) return;
  form.dataset.go = "yes";
  // Not at once: where nothing had to be saved this event is still being fired, and a form ignores a second one then.
  setTimeout(() => form.requestSubmit(button));
});

if (confirmed === null && !held) save();
