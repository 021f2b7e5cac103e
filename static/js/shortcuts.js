// Presses what a key stands for. The keys themselves are data, in workspace/keymap.py: an element carries
// `data-shortcut` (its action), `data-keys` and `data-keys-mac`. A button or link is clicked, a field gets the focus, a
// dialog opens; any other element gets the event `shortcut` with `detail.action` and `detail.key`.
//
// Nothing fires while somebody types or composes, save keys with Control, Alt or Meta. Single keys can be switched off.

const MAC = document.documentElement.dataset.platform === "mac";
const SETTING = "scriptorium.single-keys";

function singleKeysOn() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true; // storage is forbidden in this browser: keys stay on
  }
}

function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range", "file"].includes(target.type);
}

// The Latin letter of the key where the layout writes another alphabet, so that `a` approves on an Arabic keyboard too.
function letter(event) {
  if (event.key.length === 1 && event.key > "~" && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function matches(keys, event) {
  const parts = keys.split("+");
  const key = parts.pop();
  if (event.ctrlKey !== parts.includes("Control") || event.altKey !== parts.includes("Alt") || event.metaKey !== parts.includes("Meta")) return false;
  const pressed = letter(event);
  if (key === "0-9") return /^[0-9]$/.test(pressed);
  // Alt writes another character on some layouts; the place of the key decides there.
  if (event.altKey && /^[a-z]$/.test(key)) return event.code === `Key${key.toUpperCase()}`;
  return pressed === (key.length === 1 ? key.toLowerCase() : key);
}

function usable(element) {
  if (element.disabled || element.getAttribute("aria-disabled") === "true") return false;
  return element instanceof HTMLDialogElement || element.getClientRects().length > 0;
}

function press(element, event) {
  if (element instanceof HTMLDialogElement) element.showModal();
  else if (element instanceof HTMLInputElement && element.type === "checkbox") element.click();
  else if (typing(element)) element.focus();
  else if (element instanceof HTMLButtonElement || element instanceof HTMLAnchorElement) element.click();
  else {
    const detail = { action: element.dataset.shortcut, key: letter(event) };
    return !element.dispatchEvent(new CustomEvent("shortcut", { bubbles: true, cancelable: true, detail }));
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || event.defaultPrevented || event.getModifierState("AltGraph")) return;
  const single = !(event.ctrlKey || event.altKey || event.metaKey);
  if (single && (typing(event.target) || !singleKeysOn())) return;
  // An open dialog has its own keys only.
  const room = document.querySelector("dialog:modal") ?? document;
  for (const element of room.querySelectorAll("[data-shortcut]")) {
    const keys = MAC ? element.dataset.keysMac : element.dataset.keys;
    if (matches(keys, event) && usable(element) && press(element, event)) {
      event.preventDefault();
      return;
    }
  }
});

const toggle = document.getElementById("single-keys");
if (toggle) {
  toggle.checked = singleKeysOn();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(SETTING, toggle.checked ? "on" : "off");
    } catch {
      toggle.checked = true;
    }
  });
}
