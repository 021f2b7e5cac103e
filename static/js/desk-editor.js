// The editors: words against the bounds, the Markdown toolbar, growth with the text, and the preview.

const form = document.getElementById("desk-form");
const WORD = /\S+/g;

// --- Words ---

function count(turn) {
  const words = turn.querySelector("textarea").value.match(WORD)?.length ?? 0;
  const place = turn.querySelector("[data-words]");
  const bounds = form.elements.category.selectedOptions[0]?.dataset ?? {};
  const least = bounds[`${turn.dataset.role}Min`], most = bounds[`${turn.dataset.role}Max`];
  const number = (value) => Number(value).toLocaleString(document.documentElement.lang);
  const said = place.dataset;
  const pattern = most ? (least ? said.between : said.most) : words === 1 ? said.one : said.many;
  place.textContent = pattern.replace("%n", number(words)).replace("%a", number(least)).replace("%b", number(most));
  place.toggleAttribute("data-out", words > 0 && ((least && words < Number(least)) || (most && words > Number(most))));
}

const grows = CSS.supports("field-sizing", "content");
function grow(box) {
  if (grows) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

function measure() {
  for (const turn of form.querySelectorAll("[data-turn]")) {
    count(turn);
    grow(turn.querySelector("textarea"));
  }
}
form.addEventListener("input", measure);
measure();

// --- Markdown: written through the browser's own editing, so that undo works. ---

function write(box, start, end, text, from, to) {
  box.focus();
  box.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.setSelectionRange(start + from, start + to);
}

const TOOLS = {
  wrap(box, sign) {
    const { selectionStart: start, selectionEnd: end, value } = box;
    const inside = value.slice(start, end);
    if (inside.length >= 2 * sign.length && inside.startsWith(sign) && inside.endsWith(sign)) {
      const bare = inside.slice(sign.length, -sign.length);
      write(box, start, end, bare, 0, bare.length);
    } else write(box, start, end, sign + inside + sign, sign.length, sign.length + inside.length);
  },
  lines(box, sign) {
    const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
    const stop = box.value.indexOf("\n", box.selectionEnd);
    const end = stop < 0 ? box.value.length : stop;
    const lines = box.value.slice(start, end).split("\n");
    const on = lines.every((line) => line.startsWith(sign));
    const text = lines.map((line, place) => (on ? line.slice(sign.length) : (sign === "1. " ? `${place + 1}. ` : sign) + line)).join("\n");
    write(box, start, end, text, text.length, text.length);
  },
  fence(box) {
    const { selectionStart: start, selectionEnd: end, value } = box;
    const before = start === 0 || value[start - 1] === "\n" ? "```" : "\n```";
    const after = end === value.length || value[end] === "\n" ? "\n```" : "\n```\n";
    write(box, start, end, `${before}\n${value.slice(start, end)}${after}`, before.length, before.length);
  },
  link(box) {
    const { selectionStart: start, selectionEnd: end, value } = box;
    const words = value.slice(start, end);
    write(box, start, end, `[${words}](https://)`, words ? words.length + 3 : 1, words ? words.length + 11 : 1);
  },
};

form.addEventListener("click", (event) => {
  const tool = event.target.closest(".editor-tools .editor-tool");
  if (!tool) return;
  const box = tool.closest("[data-turn]").querySelector("textarea");
  for (const [name, act] of Object.entries(TOOLS)) if (name in tool.dataset) act(box, tool.dataset[name]);
});

// --- Preview: as the server renders it, below the editors, following the text while it is open. ---

const preview = document.getElementById("preview-button");
let waiting = 0;
let asked;

async function draw() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.previewUrl, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-CSRFToken": window.scriptorium.csrf(), "HX-Request": "true" },
      signal: asked.signal,
    });
    if (answer.ok) document.getElementById("preview").outerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") document.getElementById("preview").dataset.old = "yes"; // the next pause tries again
  }
}

preview.addEventListener("click", async (event) => {
  event.preventDefault();
  const open = preview.getAttribute("aria-expanded") !== "true";
  preview.setAttribute("aria-expanded", String(open));
  if (!open) {
    document.getElementById("preview").hidden = true;
    return;
  }
  await draw();
  document.getElementById("preview").scrollIntoView({ block: "nearest" });
});
form.addEventListener("input", () => {
  if (preview.getAttribute("aria-expanded") !== "true") return;
  clearTimeout(waiting);
  waiting = setTimeout(draw, 400);
});
