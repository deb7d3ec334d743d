/* The board keeps itself fresh, but never under somebody's hands. */
"use strict";

{
  const board = $("#board");
  const poll = $("[data-poll]");
  const BUSY = "dialog[open], details.menu[open], form[aria-busy], .ghost:not(.is-saving)";
  const isBusy = () => document.hidden || $(BUSY) !== null;
  let freshAt = new Date();

  /** Say how old the board is where the server does not answer; null: it answers again. */
  function showStale(since) {
    const line = $("#stale");
    if (line.hidden === (since === null)) return;
    line.hidden = since === null;
    const words = $("[data-words]", line);
    const time = since?.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
    words.textContent = since ? words.dataset.words.replace("{time}", time) : "";
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === poll && isBusy()) event.preventDefault();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target === poll) event.detail.headers["If-None-Match"] = `"${$("[data-version]", board).dataset.version}"`;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.elt !== poll) return;
    // Signed out meanwhile: the board does not stay in view.
    if (xhr.status === 401) location.reload();
    if (xhr.status === 200 || xhr.status === 304) {
      freshAt = new Date();
      showStale(null);
    }
    if (xhr.status === 304 || isBusy()) event.detail.shouldSwap = false;
  });

  // The page itself says that it is out of date: nobody has done anything, so no alarm and no box over the board.
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      if (event.target !== poll || event.detail.xhr?.status === 401) return;
      event.stopImmediatePropagation();
      showStale(freshAt);
    }, true);
  }

  document.addEventListener("visibilitychange", () => {
    if (poll && !document.hidden) htmx.trigger(poll, "board-changed");
  });

  // The present moment in view, with what has just been above it.
  const now = board?.querySelector(".now-pill");
  if (now) board.scrollTop = now.offsetTop - board.clientHeight / 3;
}
