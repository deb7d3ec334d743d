/*
 * Parts of a page that keep themselves fresh: the doctor's list, the queue, the wall screen.
 * [data-live] is the part, its value the address that answers with the part's inside, or 304 while nothing has changed.
 * The wall screen loads nothing but this file.
 */
"use strict";
{
  const PERIOD = 4000;
  const PATIENCE = 8000; // ms until an answer is too late
  const STALE_AFTER = 10_000; // ms without an answer until the page says so
  const NEW_FOR = 15_000; // ms for which a call stands out

  const part = document.querySelector("[data-live]");
  const note = document.querySelector("[data-stale]");
  const clock = document.querySelector("[data-clock]");
  // A screen on the wall may be set to another zone, or be some minutes wrong: it shows the clinic's time.
  const ahead = clock ? clock.dataset.clock * 1000 - Date.now() : 0;
  const words = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: note.dataset.zone });
  const clockOf = (moment) => words.format(moment + ahead);

  let version = `"${part.dataset.version}"`;
  let answeredAt = Date.now();

  /** Tell whether somebody is in the middle of something that a new page would take away. */
  const isBusy = () =>
    document.querySelector("dialog[open], details.menu[open], form[aria-busy]") !== null ||
    part.querySelector(":active") !== null ||
    (!getSelection().isCollapsed && part.contains(getSelection().anchorNode));

  const callsIn = () => new Set([...part.querySelectorAll("[data-call]")].map((call) => call.dataset.call));

  /** Let the calls that were not there before stand out for a while. */
  function pointOut(before) {
    for (const call of part.querySelectorAll("[data-call]")) {
      if (before.has(call.dataset.call)) continue;
      call.classList.add("is-new");
      setTimeout(() => call.classList.remove("is-new"), NEW_FOR);
    }
  }

  /** Show the new inside; the focus stays on what has the same id, and never leaves the part. */
  function show(html) {
    const calls = callsIn();
    const hadFocus = part.contains(document.activeElement) ? document.activeElement : null;
    part.innerHTML = html;
    if (hadFocus && hadFocus !== part) {
      (document.getElementById(hadFocus.id) ?? part).focus({ preventScroll: true });
    }
    pointOut(calls);
  }

  function sayIfStale() {
    if (Date.now() - answeredAt < STALE_AFTER || !note.hidden) return;
    note.querySelector("[data-stale-since]").textContent = clockOf(answeredAt);
    note.hidden = false;
  }

  function sayFresh() {
    answeredAt = Date.now();
    note.hidden = true;
  }

  async function ask() {
    let answer;
    let html;
    try {
      answer = await fetch(part.dataset.live, {
        headers: { "HX-Request": "true", "If-None-Match": version },
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      html = await answer.text();
    } catch {
      return sayIfStale();
    }
    // Signed out meanwhile, or the link of the screen was renewed: nothing stays in view.
    if ([401, 403, 404].includes(answer.status)) return location.reload();
    if (answer.status === 304) return sayFresh();
    if (!answer.ok) return sayIfStale();
    sayFresh();
    if (isBusy()) return;
    version = answer.headers.get("ETag");
    show(html);
  }

  async function keepFresh() {
    if (!document.hidden) await ask();
    setTimeout(keepFresh, PERIOD);
  }

  document.addEventListener("visibilitychange", () => document.hidden || ask());
  setTimeout(keepFresh, PERIOD);

  if (clock) {
    const tick = () => {
      clock.textContent = clockOf(Date.now());
      clock.dateTime = clock.textContent;
    };
    tick();
    setInterval(tick, 1000);
  }

  // The key has done its work: a cookie opens the page from now on.
  if (part.hasAttribute("data-hides-key") && location.search) history.replaceState(null, "", location.pathname);
}
