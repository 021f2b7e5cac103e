// Beside the text: the guideline opens at this category and can be searched; the time that is left; the skip dialog.

// --- The guideline ---

const body = document.querySelector("[data-guideline]");
const search = document.getElementById("guideline-search");
const found = document.getElementById("guideline-found");

// Each heading with what follows it, up to the next heading.
const sections = [];
for (const element of body.children) {
  if (/^H[1-6]$/.test(element.tagName) || !sections.length) sections.push([]);
  sections.at(-1).push(element);
}

function open() {
  const heading = body.dataset.opensAt && document.getElementById(body.dataset.opensAt);
  if (!heading) return;
  heading.classList.add("guideline-here");
  const panel = body.closest(".desk-panel");
  if (getComputedStyle(panel).position !== "sticky") return; // below the editor on a phone: nothing moves there
  panel.scrollTop = heading.getBoundingClientRect().top - panel.getBoundingClientRect().top - 56;
}

search.addEventListener("input", () => {
  const words = search.value.trim().toLocaleLowerCase();
  let parts = 0;
  for (const section of sections) {
    const holds = !words || section.some((element) => element.textContent.toLocaleLowerCase().includes(words));
    for (const element of section) element.hidden = !holds;
    if (words && holds) parts += 1;
  }
  const said = search.dataset;
  found.textContent = !words ? "" : parts === 0 ? said.none : parts === 1 ? said.one : said.many.replace("%n", parts);
});
open();

// --- The time that is left ---

const form = document.getElementById("desk-form");
const lease = document.getElementById("lease");
const notice = document.getElementById("lease-notice");

function tick() {
  const minutes = Math.ceil((Date.parse(lease.dateTime) - Date.now()) / 60_000);
  const hours = Math.floor(minutes / 60);
  lease.textContent = minutes <= 0
    ? lease.dataset.over
    : hours
      ? lease.dataset.hours.replace("%h", hours).replace("%m", minutes % 60)
      : lease.dataset.minutes.replace("%m", minutes);
  notice.hidden = minutes > 5 || minutes <= 0;
}

if (lease) {
  tick();
  setInterval(tick, 10_000);
  form.addEventListener("desk:saved", ({ detail }) => {
    if (!detail.lease) return;
    lease.dateTime = detail.lease;
    tick();
  });
  notice.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(event.target.action, {
        method: "POST",
        headers: { "X-CSRFToken": window.scriptorium.csrf(), "HX-Request": "true" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      lease.dateTime = (await answer.json()).lease_until;
      tick();
      form.querySelector("textarea")?.focus();
    } catch {
      window.scriptorium.notify("error", document.getElementById("messages").dataset.offline);
    }
  });
}

document.querySelector("dialog[data-opens-itself]")?.showModal();
