// What the pages do better with a script; without it they do all the same.
(() => {
  "use strict";
  const language = document.documentElement.lang;

  // Times whose zone the server doesn't know are told in the reader's own.
  const localize = (root) => {
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
    const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short", hour: "numeric" });
    for (const element of root.querySelectorAll("time[data-utc]")) {
      const instant = new Date(element.dateTime);
      if (Number.isNaN(instant.getTime())) continue;
      const name = zone.formatToParts(instant).find((part) => part.type === "timeZoneName");
      element.textContent = format.format(instant) + (name ? ` (${name.value})` : "");
    }
  };

  for (const field of document.querySelectorAll("input[name=zone]")) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
  localize(document);
  const summary = document.querySelector(".summary");
  if (summary) summary.focus();

  // Nobody should ask twice because the answer takes a moment.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  const live = document.getElementById("live");
  if (!live || !live.dataset.progress) return;
  const announcer = document.getElementById("announce");
  const shortest = 1000;
  const longest = 15000;
  let wait = shortest;
  let stamp = live.dataset.stamp;
  let said = "";

  const announce = (text) => {
    if (text !== said) announcer.textContent = said = text;
  };

  const showPercent = (progress) => {
    const bar = document.getElementById("bar");
    if (!bar) return;
    document.getElementById("phase").textContent = progress.phase;
    document.getElementById("percent").textContent = progress.percent_text;
    if (progress.percent === null || progress.percent === undefined) bar.removeAttribute("value");
    else bar.value = progress.percent;
  };

  // Another state has another page: its part is fetched and put in place of this one's.
  const replace = async () => {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return location.reload();
    const hadFocus = live.contains(document.activeElement);
    localize(fresh);
    live.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    if (hadFocus) document.getElementById("main").focus();
  };

  const look = async () => {
    const answer = await fetch(live.dataset.progress, { headers: { accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const progress = await answer.json();
    const isNew = progress.stamp !== stamp;
    stamp = progress.stamp;
    if (isNew) await replace();
    showPercent(progress);
    if (isNew) announce(progress.title);
    else if (progress.percent >= 0) announce(`${progress.phase}: ${Math.floor(progress.percent / 25) * 25} %`);
    wait = isNew || progress.is_working ? shortest * 2 : Math.min(wait * 1.5, longest);
    return progress.is_over;
  };

  const follow = async () => {
    let isOver = false;
    try {
      if (document.visibilityState === "visible") isOver = await look();
    } catch {
      wait = Math.min(wait * 2, longest * 4);
    }
    if (!isOver) setTimeout(follow, wait);
  };
  setTimeout(follow, wait);
})();
