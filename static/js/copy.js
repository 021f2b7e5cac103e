// `data-copy="text"` on a button copies the text and says so in the button for two seconds.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    select(button);
    return;
  }
  const words = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = words; }, 2000);
});

// Where the browser forbids copying (no secure connection), the text beside the button is selected for the person.
function select(button) {
  const beside = button.parentElement.querySelector("code, input");
  if (beside instanceof HTMLInputElement) beside.select();
  else if (beside) getSelection().selectAllChildren(beside);
}
