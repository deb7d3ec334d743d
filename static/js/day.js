/* The day board keeps itself fresh, but never under somebody's hands. */
"use strict";

const isBusy = () => document.hidden || document.querySelector("dialog[open], details.menu[open], form[aria-busy]") !== null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-poll]") && isBusy()) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (!requestConfig.elt.matches("[data-poll]")) return;
  // Signed out meanwhile: the board does not stay in view.
  if (xhr.status === 401) location.reload();
  else if (isBusy()) event.detail.shouldSwap = false;
});

// The present moment in view, with what has just been above it.
const board = document.querySelector("#board");
const now = board?.querySelector(".now-pill");
if (now) board.scrollTop = now.offsetTop - board.clientHeight / 3;
