/* Arrow keys in a month of free days: by a day or a week to the nearest one that is free, PageUp and PageDown by a month. */
"use strict";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const MONTHS = { PageUp: "#month-before", PageDown: "#month-after" };
const DAY = 86_400_000; // ms

document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.("[data-day]");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  if (step) {
    const wanted = Date.parse(here.value) + step * DAY;
    const days = [...document.querySelectorAll("[data-day]")];
    const there = step > 0
      ? days.find((day) => Date.parse(day.value) >= wanted)
      : days.findLast((day) => Date.parse(day.value) <= wanted);
    there?.focus();
  } else if (MONTHS[event.key]) {
    const month = document.querySelector(MONTHS[event.key]);
    month.focus();
    month.click();
  } else return;
  event.preventDefault();
});
