// What every request of htmx needs: the CSRF token, words where the server or the network fails, and the focus after a
// swap. Other modules use `window.scriptorium`: `csrf()` for their own fetch, `notify(tone, text)` for a message.

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

// The cookie first: a log-in in another tab has changed the token that this page was rendered with.
function csrf() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (cookie) return decodeURIComponent(cookie.slice("csrftoken=".length));
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

function notify(tone, text) {
  const made = document.getElementById("alert-template").content.cloneNode(true);
  const notice = made.querySelector("[data-alert]");
  notice.className = notice.className.replace(/tone-\w+/, `tone-${{ success: "good", info: "waiting", warning: "care" }[tone] ?? "bad"}`);
  if (tone !== "error") {
    notice.removeAttribute("role");
    notice.querySelector(".notice-title").remove();
  }
  notice.querySelector("[data-alert-text]").textContent = text;
  document.getElementById("alerts").append(made);
}

window.scriptorium = { csrf, notify };

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (UNSAFE.has(request.method.toUpperCase())) request.headers["X-CSRFToken"] = csrf();
});

// A whole page that comes as an error would be put into a region: say it instead, and leave the page as it is.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 0;
  if (status < 400 || !/^\s*<!doctype/i.test(ctx.text ?? "")) return;
  event.preventDefault();
  notify("error", words(status));
});

document.addEventListener("htmx:response:error", (event) => {
  const { status } = event.detail.ctx.response;
  if (status >= 500 && !/^\s*<!doctype/i.test(event.detail.ctx.text ?? "")) notify("error", words(status));
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.request) notify("warning", words(0));
});

// The sentences stand in the page, so that they are translated: see the data of components/messages.html.
function words(status) {
  const said = document.getElementById("messages")?.dataset ?? {};
  if (status === 0) return said.offline ?? "";
  return (status >= 500 ? said.fault : said.stale) ?? "";
}

// A region may name what takes the focus when it has come: an error summary, the next field.
document.addEventListener("htmx:after:swap", () => {
  const wanted = document.querySelector("[data-focus]");
  if (!wanted) return;
  wanted.removeAttribute("data-focus");
  wanted.focus();
});
document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());

document.addEventListener("click", (event) => {
  event.target.closest("[data-alert-close]")?.closest("[data-alert]").remove();
});
