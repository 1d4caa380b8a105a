// The pages work without this. It keeps what is shown up to date, and lets hands stay on the keyboard.
"use strict";

const EVERY = 2000;
let tag = null;

// Ask for this very page again, and exchange the parts that may have changed.
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html", ...(tag && { "If-None-Match": tag }) }, cache: "no-store" });
  if (answer.status !== 200) return;
  tag = answer.headers.get("ETag");
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = now.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) exchange(part, next);
  }
}

function exchange(part, next) {
  const known = new Set([...part.querySelectorAll("li[id]")].map((item) => item.id));
  const focused = part.contains(document.activeElement) && document.activeElement.closest("li[id]")?.id;
  if (part.contains(document.activeElement) && !focused) return; // somebody is about to press it
  part.replaceWith(next);
  const fresh = [...next.querySelectorAll("li[id]")].filter((item) => !known.has(item.id));
  for (const item of fresh) item.classList.add("fresh");
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus();
  const news = document.getElementById("news");
  if (news && part.id === "found" && fresh.length) news.textContent = `${fresh.length} new message${fresh.length > 1 ? "s" : ""}`;
}

async function follow() {
  try {
    await refresh();
  } catch {
    // The sink is away; it is asked again.
  }
  setTimeout(follow, EVERY);
}

function move(step) {
  const links = [...document.querySelectorAll(".list .to")];
  const at = links.findIndex((link) => link.closest("li").contains(document.activeElement));
  links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const search = document.getElementById("q");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "j" || event.key === "k") {
    move(event.key === "j" ? 1 : -1);
  }
});

for (const select of document.querySelectorAll(".search select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

setTimeout(follow, EVERY);
