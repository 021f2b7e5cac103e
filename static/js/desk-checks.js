// Findings as they appear: 300 ms after a pause the server looks at the text, with the code that judges a submission. A
// finding leads to its words; what blocks stands beside the button.

const form = document.getElementById("desk-form");
const submit = document.getElementById("submit-button");
const reason = document.getElementById("submit-reason");
let timer, asked;

async function region(url, id) {
  const answer = await fetch(url, {
    method: "POST",
    body: new FormData(form),
    redirect: "manual",
    headers: { "X-CSRFToken": window.scriptorium.csrf(), "HX-Request": "true" },
    signal: asked.signal,
  });
  if (!answer.ok) return false;
  const old = document.getElementById(id);
  const open = old.open;
  old.outerHTML = await answer.text();
  if (open) document.getElementById(id).open = true;
  return true;
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    if (await region(form.dataset.checksUrl, "checks")) show();
    if (form.dataset.changesUrl) await region(form.dataset.changesUrl, "changes");
  } catch {
    // The server is away, or a newer look has begun: the bar says the former, the submission checks again.
  }
}

function show() {
  const checks = document.getElementById("checks");
  const tab = document.getElementById("panel-checks-tab");
  if (tab) {
    let count = tab.querySelector(".rail-count");
    if (!count) {
      count = document.createElement("span");
      count.className = "rail-count";
      tab.append(" ", count);
    }
    count.textContent = checks.dataset.count;
    count.hidden = checks.dataset.count === "0";
  }
  block(checks.dataset.blocked);
}

// `aria-disabled`, not `disabled`: the button keeps the focus, and can be asked why.
function block(words) {
  if (reason.textContent !== words) reason.textContent = words;
  if (words) submit.setAttribute("aria-disabled", "true");
  else submit.removeAttribute("aria-disabled");
}

form.addEventListener("input", (event) => {
  if (!["content", "category"].includes(event.target.name)) return;
  // Until the server has looked, nothing is known to block.
  block("");
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(look, 300);
});
form.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 300);
});

// --- From a finding or a remark to its words ---

// Spans are counted in code points, text boxes in UTF-16.
const units = (text, points) => [...text].slice(0, points).join("").length;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-message]");
  const box = link && document.getElementById(`message-${link.dataset.message}`);
  if (!box) return;
  event.preventDefault();
  let start = units(box.value, Number(link.dataset.start ?? 0));
  let end = units(box.value, Number(link.dataset.end ?? 0));
  if (link.dataset.quote) {
    start = Math.max(0, box.value.indexOf(link.dataset.quote));
    end = box.value.includes(link.dataset.quote) ? start + link.dataset.quote.length : start;
  }
  box.focus();
  box.setSelectionRange(start, end);
  box.scrollIntoView({ block: "center" });
});

// tabs.js, loaded before, has built the tabs by now.
show();
