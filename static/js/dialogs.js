// Native dialogs: `data-opens="ID"` opens one, `data-closes` closes the one it stands in. Escape and the return of the
// focus are the browser's.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  if (event.target.closest("[data-closes]")) {
    event.target.closest("dialog").close();
    return;
  }
  if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
});

// A click on the backdrop lands on the dialog itself, outside its box; one inside the box but on its padding does not count.
function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
