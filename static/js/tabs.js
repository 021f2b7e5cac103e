// Tabs within a page. Without this script the sections simply follow one another.
//
//   <div data-tabs="Name of the list"><section data-tab id="panel-guideline"><h2 class="tab-title">Guideline</h2>…</section>…</div>
//
// `data-tab-count` on a section is shown in its tab. To open one: dispatch `show-tab` on the section.

function build(holder) {
  if (holder.dataset.tabsReady) return;
  holder.dataset.tabsReady = "yes";
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", holder.dataset.tabs);
  const panels = [...holder.querySelectorAll(":scope > [data-tab]")];
  const tabs = panels.map((panel) => tabFor(panel, list));
  const select = (chosen, focus) => {
    tabs.forEach((tab, place) => {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panels[place].hidden = !on;
    });
    if (focus) chosen.focus();
  };
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => select(tab, false));
    panels[place].addEventListener("show-tab", () => select(tab, false));
  });
  list.addEventListener("keydown", (event) => {
    const rtl = getComputedStyle(list).direction === "rtl" ? -1 : 1;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl }[event.key];
    const at = tabs.indexOf(document.activeElement);
    if (at < 0 || (!step && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    const next = step ? (at + step + tabs.length) % tabs.length : event.key === "Home" ? 0 : tabs.length - 1;
    select(tabs[next], true);
  });
  holder.prepend(list);
  const named = panels.findIndex((panel) => `#${panel.id}` === location.hash || panel.dataset.tab === "open");
  if (tabs.length) select(tabs[Math.max(0, named)], false);
}

function tabFor(panel, list) {
  const title = panel.querySelector(".tab-title");
  const tab = document.createElement("button");
  tab.type = "button";
  tab.className = "tab";
  tab.id = `${panel.id}-tab`;
  tab.textContent = title?.textContent ?? panel.id;
  if (panel.dataset.tabCount) {
    const count = document.createElement("span");
    count.className = "rail-count";
    count.textContent = panel.dataset.tabCount;
    tab.append(" ", count);
  }
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  panel.tabIndex = 0;
  list.append(tab);
  return tab;
}

const buildAll = () => document.querySelectorAll("[data-tabs]").forEach(build);
buildAll();
document.addEventListener("htmx:after:swap", buildAll);
