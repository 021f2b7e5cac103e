// Runs before the page is drawn: says that scripts run, on which keyboard, and lets Tabler follow the system's theme.
// Without it the theme is right all the same, by color-scheme in css/tokens.css.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (/Mac|iPhone|iPad/.test(navigator.platform)) root.dataset.platform = "mac";
  if (root.dataset.theme !== "system") return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
