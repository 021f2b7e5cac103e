// The editors of a conversation: add, remove, move; and put a whole text into them. Without this script the same buttons
// post the form. After each change the page says what happened, and the focus stays where the hands are.

const form = document.getElementById("desk-form");
const list = form.querySelector("[data-turns]");
const turns = () => [...list.querySelectorAll("[data-turn]")];

function renumber() {
  const given = Number(form.dataset.given);
  const all = turns();
  all.forEach((turn, place) => {
    const box = turn.querySelector("textarea");
    const label = turn.querySelector("[data-label]");
    box.id = `message-${given + place}`;
    label.htmlFor = box.id;
    label.textContent = named(turn.dataset.role, given + place, place === all.length - 1);
    for (const button of turn.querySelectorAll("[data-change]")) button.value = `${button.dataset.change}-${place}`;
  });
}

// As `annotate.views.desk_page._label` names them.
function named(role, index, last) {
  if (role === "assistant" && last) return list.dataset.last;
  if (role === "user" && index === 0) return list.dataset.first;
  return (list.dataset[role] ?? list.dataset.user).replace("%d", index + 1);
}

function made(role, content = "") {
  const turn = document.getElementById(`turn-${role === "user" ? "user" : "assistant"}`).content.firstElementChild.cloneNode(true);
  turn.querySelector('[name="role"]').value = role;
  turn.dataset.role = role;
  turn.querySelector("textarea").value = content;
  return turn;
}

function say(words) {
  const place = document.getElementById("turns-said");
  if (place) place.textContent = words;
}

function changed(focus) {
  renumber();
  list.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
  focus?.focus();
}

function move(turn, step, focus) {
  const all = turns();
  const other = all[all.indexOf(turn) + step];
  if (!other) return;
  if (step < 0) other.before(turn);
  else other.after(turn);
  changed(focus);
  say(list.dataset.moved.replace("%d", Number(form.dataset.given) + turns().indexOf(turn) + 1));
}

form.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="change"]');
  if (!button) return;
  event.preventDefault();
  if (button.value.startsWith("add-")) {
    const turn = made(button.value.slice(4));
    list.append(turn);
    changed(turn.querySelector("textarea"));
    return;
  }
  const turn = button.closest("[data-turn]");
  if (button.dataset.change === "remove") {
    const all = turns();
    if (all.length === 1) return;
    const next = all[all.indexOf(turn) - 1] ?? all[1];
    turn.remove();
    changed(next.querySelector("textarea"));
    say(list.dataset.removed);
  } else move(turn, button.dataset.change === "up" ? -1 : 1, button);
});

document.getElementById("turns").addEventListener("shortcut", (event) => {
  const turn = document.activeElement?.closest("[data-turn]");
  const step = { message_up: -1, message_down: 1 }[event.detail.action];
  if (!turn || !step || turns().length < 2) return;
  event.preventDefault();
  move(turn, step, turn.querySelector("textarea"));
});

form.addEventListener("desk:put", ({ detail }) => {
  list.replaceChildren(...detail.messages.map(({ role, content }) => made(role, content)));
  if ([...form.elements.category.options].some((option) => option.value === detail.category)) form.elements.category.value = detail.category;
  changed();
});
