/* Lines of a prescription: remedies are picked from a list with the keyboard, and what stands in the lines is kept true. */
"use strict";

const listOf = (input) => $(`#${CSS.escape(input.getAttribute("aria-controls"))}`);
const isPicker = (element) => element.matches?.("[role=combobox][aria-controls]") === true;

/** Show the options, the first one chosen, or close the list that has none. */
function openList(input) {
  const list = listOf(input);
  const options = $$("[role=option]", list);
  const isOpen = options.length > 0;
  list.hidden = !isOpen;
  input.setAttribute("aria-expanded", String(isOpen));
  choose(input, options[0]);
  announce(isOpen ? `${options.length} ${list.dataset.some}` : list.dataset.none);
}

function closeList(input) {
  const list = listOf(input);
  list.replaceChildren();
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(input, option) {
  for (const other of $$("[role=option]", listOf(input))) other.setAttribute("aria-selected", String(other === option));
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** Put the remedy into the line and go on to its potency. */
function pick(input, option) {
  input.value = option.dataset.name;
  closeList(input);
  input.dispatchEvent(new Event("change", { bubbles: true }));
  $("[name$=-potency]", input.closest("[data-formset-row]"))?.focus();
}

// In the capture phase: Escape closes the list and nothing else, Enter picks and does not send the form.
document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!isPicker(input) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const options = $$("[role=option]", listOf(input));
  if (!options.length) return;
  const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(input, options[(here + 1) % options.length]);
  else if (event.key === "ArrowUp") choose(input, options[(here + options.length - 1) % options.length]);
  else if (event.key === "Enter" && here >= 0) pick(input, options[here]);
  else if (event.key === "Escape") closeList(input);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// The list keeps the focus in the box while it is clicked.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".pick [role=listbox]")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest(".pick [role=option]");
  if (option) pick($("[role=combobox]", option.closest(".pick")), option);
});
document.addEventListener("focusout", (event) => {
  if (isPicker(event.target)) closeList(event.target);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const input = event.detail.requestConfig.elt;
  if (isPicker(input) && document.activeElement !== input) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const { elt, requestConfig } = event.detail;
  if (isPicker(requestConfig.elt)) openList(requestConfig.elt);
  else if (elt.matches("[data-reading]")) spell(elt);
});

/** Write the remedy's full name in place of its abbreviation, once the doctor has gone on. */
function spell(reading) {
  const name = $("[data-remedy]", reading)?.dataset.remedy;
  const input = $("[role=combobox]", reading.closest("[data-formset-row]"));
  if (name && input !== document.activeElement) input.value = name;
}

/** Go to the first open field of the lines, or to the first potency. */
function toLines(lines) {
  const fields = $$("[data-formset-row]:not([hidden]) :is([name$=-medicine_name], [name$=-potency])", lines);
  (fields.find((field) => field.value === "") ?? fields[1] ?? fields[0] ?? $("[data-formset-add]", lines))?.focus();
}

// Lines that were put in are typed text like any other, and the first open field waits for the doctor.
document.addEventListener("htmx:load", (event) => {
  const lines = event.target;
  if (lines.id !== "rx") return;
  dirty.add(lines.closest("form"));
  lines.dispatchEvent(new Event("change", { bubbles: true }));
  toLines(lines);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-to-lines]")) return;
  event.preventDefault();
  toLines($("#rx"));
});
