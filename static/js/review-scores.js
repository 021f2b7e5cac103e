// Scoring by digits, the count of what is scored and, once all is, the total. The keys come as `shortcut` events.
//
// The current criterion is the one in focus, else the first that is not scored yet; a digit scores it and goes on.

const desk = () => document.getElementById("desk");
const criteria = () => [...(desk()?.querySelectorAll("[data-rubric] [data-criterion]") ?? [])];
const chosen = (criterion) => criterion.querySelector("input:checked");

function mark(current) {
  for (const criterion of criteria()) criterion.classList.toggle("criterion-current", criterion === current);
}

function current() {
  const all = criteria();
  return all.find((one) => one.contains(document.activeElement))
    ?? all.find((one) => one.classList.contains("criterion-current"))
    ?? all.find((one) => !chosen(one)) ?? all[0];
}

function go(criterion) {
  mark(criterion);
  (chosen(criterion) ?? criterion.querySelector("input"))?.focus({ preventScroll: true });
  criterion.scrollIntoView({ block: "nearest" });
}

function score(digit) {
  const criterion = current();
  const level = criterion?.querySelector(`input[value="${digit}"]`);
  if (!level) return false;
  level.checked = true;
  level.dispatchEvent(new Event("change", { bubbles: true }));
  const all = criteria();
  go(all[all.indexOf(criterion) + 1] ?? criterion);
  return true;
}

function step(by) {
  const all = criteria();
  const next = all[all.indexOf(current()) + by];
  if (next) go(next);
}

const ACTS = {
  score: (key) => score(key),
  next_criterion: () => { step(1); return true; },
  previous_criterion: () => { step(-1); return true; },
  earlier: () => {
    const fold = desk().querySelector("[data-toggles]");
    fold.open = !fold.open;
    if (fold.open) fold.scrollIntoView({ block: "nearest" });
    return true;
  },
};

document.addEventListener("shortcut", (event) => {
  if (ACTS[event.detail.action]?.(event.detail.key)) event.preventDefault();
});

// As `review.rating`: each scale mapped to 1–5, nominal ones left out, the mean by weight.
function total(rubric) {
  let sum = 0;
  let weights = 0;
  for (const { key, weight, low, high } of rubric) {
    const level = desk().querySelector(`[data-criterion="${CSS.escape(key)}"] input:checked`);
    if (!level || high === low) continue;
    sum += weight * (1 + 4 * (Number(level.value) - low) / (high - low));
    weights += weight;
  }
  return weights ? sum / weights : null;
}

function tell() {
  const shown = desk()?.querySelector("[data-total]");
  if (!shown) return;
  const all = criteria();
  const done = all.filter(chosen).length;
  const value = done === all.length ? total(JSON.parse(desk().querySelector("[data-rubric]").dataset.rubric)) : null;
  const language = document.documentElement.lang;
  shown.textContent = value === null
    ? shown.dataset.some.replace("{done}", done).replace("{all}", all.length)
    : shown.dataset.all.replace("{total}", value.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
}

function begin() {
  if (!desk()?.dataset.review) return;
  mark(criteria().find((one) => !chosen(one)) ?? criteria()[0]);
  tell();
}

document.addEventListener("change", (event) => { if (event.target.closest?.("[data-criterion]")) tell(); });
document.addEventListener("focusin", (event) => {
  const criterion = event.target.closest?.("#desk [data-criterion]");
  if (criterion) mark(criterion);
});
document.addEventListener("review:filled", begin);

// The next review has come: read it from its top. What is wrong with a form takes the focus by itself.
let seen = desk();
document.addEventListener("htmx:after:swap", () => {
  if (desk() === seen) return;
  seen = desk();
  begin();
  if (desk()?.contains(document.activeElement)) return;
  window.scrollTo({ top: 0 });
  desk()?.querySelector("h1").focus({ preventScroll: true });
});
begin();
