/*
 * What the pages do beyond HTML: keys, front-desk box, menus, dialogs, form rows, care for typed text.
 * Everything listens on the document, so parts that htmx brings in later work without being told.
 */
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const live = () => $("#live");

/** Tell a screen reader what changed. */
function announce(text) {
  if (!live() || !text) return;
  live().textContent = "";
  requestAnimationFrame(() => { live().textContent = text; });
}

/** Show one line at the bottom that stays until it is dismissed. */
function toast(text) {
  $(".toast-line")?.remove();
  const line = document.createElement("div");
  line.className = "toast-line";
  line.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "btn btn-s";
  close.type = "button";
  close.dataset.dismiss = "";
  close.textContent = live().dataset.close;
  line.append(words, close);
  document.body.append(line);
}

/* ── keys ──────────────────────────────────────────────────────────────── */
const KEYS_OFF = "homeo-keys-off";
const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;
const isTyping = (element) => element.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]") != null;

/** Move the focus to the next (1) or previous (-1) main link of the list. */
function moveInList(step) {
  const links = $$("[data-list] [data-main]");
  const here = links.findIndex((link) => link === document.activeElement || link.closest("tr, li")?.contains(document.activeElement));
  const there = here === -1 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[there]?.focus();
}

/** Write the page's own keys into the list of shortcuts. */
function listKeys() {
  const list = $("[data-keys]");
  $$("[data-keys-page]", list).forEach((entry) => entry.remove());
  const seen = new Set();
  for (const target of $$("[data-key]")) {
    if (seen.has(target.dataset.key)) continue;
    seen.add(target.dataset.key);
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = target.dataset.key;
    term.append(key);
    const meaning = document.createElement("dd");
    const words = target.cloneNode(true);
    $$("kbd, .count", words).forEach((extra) => extra.remove());
    meaning.textContent = target.getAttribute("aria-label") ?? words.textContent.trim();
    for (const entry of [term, meaning]) { entry.dataset.keysPage = ""; list.append(entry); }
  }
  $("[data-keys-on]").checked = keysAreOn();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target;

  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = target.form ?? target.closest?.("form");
    if (!form) return;
    event.preventDefault();
    const button = $$("[type=submit], button:not([type])", form).find((one) => one.matches(".btn-primary"));
    // Pressed, not only named: htmx takes a button with the focus for the one that was pressed.
    if (button) button.click();
    else form.requestSubmit();
    return;
  }
  if (event.key === "Escape") {
    const menu = $("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); return; }
    if ($("#find-results")?.childElementCount) closeFind(true);
    // Out of the field, where the keys of the page work; Tab goes on from there.
    else if (isTyping(target) && !$("dialog:modal")) target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog:modal")) return;
  if (moveInFind(event)) { event.preventDefault(); return; }
  if (isTyping(target) || !keysAreOn() && event.key !== "?") return;

  if (event.key === "/" && $("#find")) $("#find").select();
  else if (event.key === "?" && $("#keys")) { listKeys(); $("#keys").showModal(); }
  else if (event.key === "j") moveInList(1);
  else if (event.key === "k") moveInList(-1);
  else {
    const owner = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (!owner) return;
    owner.click();
  }
  event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  if (event.target.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});

/* ── front-desk box ────────────────────────────────────────────────────── */
let foundFor = "";

function closeFind(backToBox) {
  $("#find-results").replaceChildren();
  $("[data-find]").classList.remove("is-open");
  foundFor = "";
  if (backToBox) $("#find").select();
}

/** Walk through the results; return whether the key was theirs. */
function moveInFind(event) {
  const box = event.target.closest?.("[data-find]");
  if (!box) return false;
  const hits = $$("[data-hit]", box);
  const main = (hit) => $("[data-main]", hit) ?? $("a, button", hit);
  const here = hits.findIndex((hit) => hit.contains(event.target));
  if (event.key === "ArrowDown" && hits.length) {
    main(hits[Math.min(here + 1, hits.length - 1)]).focus();
    return true;
  }
  if (event.key === "ArrowUp" && here >= 0) {
    if (here === 0) $("#find").focus();
    else main(hits[here - 1]).focus();
    return true;
  }
  // Enter opens the first hit, but only one that belongs to what stands in the box now.
  if (event.key === "Enter" && event.target.id === "find" && hits.length && foundFor === event.target.value) {
    main(hits[0]).click();
    return true;
  }
  const action = here >= 0 && $(`[data-hit-key="${CSS.escape(event.key)}"]`, hits[here]);
  if (action) action.click();
  return Boolean(action);
}

// What somebody has walked to stays, though an answer to the last letters comes late.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "find-results" && target.contains(document.activeElement)) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.id !== "find-results") return;
  foundFor = requestConfig.parameters.q ?? "";
  target.closest("[data-find]").classList.toggle("is-open", target.childElementCount > 0);
});

/* ── menus, dialogs, messages ──────────────────────────────────────────── */
document.addEventListener("click", (event) => {
  const target = event.target;
  for (const menu of $$("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  if ($("#find-results")?.childElementCount && !target.closest("[data-find]")) closeFind(false);

  const opener = target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = $(opener.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    opener.closest("details.menu")?.removeAttribute("open");
    if (dialog.id === "keys") listKeys();
    dialog.showModal();
  } else if (target.closest("[data-dialog-close]")) {
    event.preventDefault();
    target.closest("dialog").close();
  } else if (target.matches("dialog[open]") && !$("form[data-guard]", target)) {
    // The dialog itself is hit only on its backdrop, or on padding that ours do not have.
    target.close();
  } else if (target.closest("[data-print]")) {
    window.print();
  } else if (target.closest("[data-dismiss]")) {
    const line = target.closest(".note, .toast-line");
    const list = line.closest(".messages");
    line.remove();
    if (list && !list.childElementCount) list.remove();
    $("#main")?.focus({ preventScroll: true });
  }
});

for (const button of $$("[data-print]")) button.hidden = false;

document.addEventListener("focusin", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

/* ── forms: ask first, send once, leave nothing typed behind ───────────── */
const dirty = new Set();
const confirmed = new WeakSet();

// In the capture phase: the question comes before htmx or anything else sends the form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (!text || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = $("#confirm");
  const asker = event.submitter ?? form;
  const yes = $("[data-confirm-yes]", dialog);
  const title = $("[data-confirm-title]", dialog);
  yes.dataset.usual ??= yes.textContent;
  title.dataset.usual ??= title.textContent;
  $("#confirm-text").textContent = text;
  title.textContent = asker.dataset.confirmTitle ?? title.dataset.usual;
  yes.textContent = asker.dataset.confirmYes ?? yes.dataset.usual;
  yes.onclick = () => {
    dialog.close();
    confirmed.add(form);
    form.requestSubmit(event.submitter);
  };
  dialog.showModal();
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.defaultPrevented && form.hasAttribute("data-guard") && mayBeSignedOut()) {
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    signedIn().then((isSignedIn) => {
      form.removeAttribute("aria-busy");
      if (!isSignedIn) return;
      if (event.submitter?.dataset.confirm ?? form.dataset.confirm) confirmed.add(form);
      form.requestSubmit(event.submitter);
    });
    return;
  }
  // A form that htmx sends stays on the page until the answer leads on.
  if (form.hasAttribute("hx-post")) return;
  dirty.delete(form);
  if (event.defaultPrevented || form.method !== "post") return;
  form.setAttribute("aria-busy", "true");
  // A download leaves the page standing: then the form can be used again.
  setTimeout(() => form.removeAttribute("aria-busy"), 8000);
});

// Back from the browser's memory: the form is not on its way any more.
window.addEventListener("pageshow", () => $$("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy")));

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-guard")) dirty.add(form);
  });
}

window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

/* ── signed out meanwhile: sign in again over the page, and go on ──────── */
const SESSION_IS_SURE_FOR = 60_000; // ms; the server keeps what is sent too late
let signedInAt = Date.now();

const mayBeSignedOut = () => $("#sign-in") !== null && Date.now() - signedInAt > SESSION_IS_SURE_FOR;

const readSession = async () => (await fetch($("#sign-in").dataset.session)).json();

/** Sign in with the typed password; return the new session, or say why not. */
async function sendPassword(form, token) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "X-CSRFToken": token, "X-Requested-With": "XMLHttpRequest" },
    body: new URLSearchParams(new FormData(form)),
  });
  const session = await readSession();
  if (session.person) return session;
  const said = (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? (await answer.json()).form : null;
  const errors = Object.values(said?.fields ?? {}).flatMap((field) => field.errors).concat(said?.errors ?? []);
  throw new Error(errors.join(" ") || (answer.ok ? $("#sign-in").dataset.closed : live().dataset.failed));
}

/** Ask for the password until it is right; return the new session, or null where the person gives up. */
function askPassword(session) {
  const dialog = $("#sign-in");
  const [form, password, error] = [$("form", dialog), $("#sign-in-password"), $("#sign-in-error")];
  let renewed = null;
  form.onsubmit = async (event) => {
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    try {
      renewed = await sendPassword(form, session.token);
      dialog.close();
    } catch (problem) {
      error.textContent = problem.message;
      password.classList.add("is-invalid");
      password.select();
    } finally {
      form.removeAttribute("aria-busy");
    }
  };
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      form.reset();
      error.textContent = "";
      password.classList.remove("is-invalid");
      resolve(renewed);
    };
  });
}

/** Tell whether the page's person is signed in, by asking for the password if need be; the page gets the new token. */
function signedIn() {
  // Whoever asks meanwhile waits for the same answer: there is one dialog.
  asking ??= askForSession().finally(() => { asking = null; });
  return asking;
}
let asking = null;

async function askForSession() {
  let session;
  try {
    session = await readSession();
  } catch {
    return true; // out of reach: the browser says so when it sends the form
  }
  if (!session.person) session = await askPassword(session);
  if (!session) return false;
  const { person, other } = $("#sign-in").dataset;
  if (session.person !== person) {
    toast(other);
    return false;
  }
  for (const field of $$("[name=csrfmiddlewaretoken]")) field.value = session.token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": session.token }));
  signedInAt = Date.now();
  return true;
}

/* ── rows of a formset ─────────────────────────────────────────────────── */
const isShown = (row) => !row.hidden;

function addRow(formset) {
  const total = $(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`, formset);
  const template = $("template", formset);
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const row = holder.content.firstElementChild;
  $("[data-formset-rows]", formset).append(row);
  total.value = Number(total.value) + 1;
  window.htmx?.process(row);
  $("input:not([type=hidden]), select, textarea", row)?.focus();
  announce(formset.dataset.rowAdded ?? live().dataset.rowAdded);
}

/** Take a row away: it stays in the form, marked for deletion, and posts nothing else. */
function removeRow(formset, row) {
  const rows = $$("[data-formset-row]", formset).filter(isShown);
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  $('[name$="-DELETE"]', row).checked = true;
  row.hidden = true;
  for (const field of $$("input, select, textarea, button", row)) {
    if (field.type !== "hidden" && !field.name.endsWith("-DELETE")) field.disabled = true;
  }
  ($("input:not([type=hidden]), select, textarea", next ?? formset.cloneNode()) ?? $("[data-formset-add]", formset))?.focus();
  announce(formset.dataset.rowRemoved ?? live().dataset.rowRemoved);
}

document.addEventListener("click", (event) => {
  const formset = event.target.closest("[data-formset]");
  if (!formset) return;
  if (event.target.closest("[data-formset-add]")) addRow(formset);
  else if (event.target.closest("[data-formset-remove]")) removeRow(formset, event.target.closest("[data-formset-row]"));
  else return;
  event.preventDefault();
  const form = formset.closest("form");
  if (form?.hasAttribute("data-guard")) dirty.add(form);
});

/* ── htmx ──────────────────────────────────────────────────────────────── */
/** Send once more what was refused; a form's usual event is kept from asking twice for the same words. */
const askAgain = ({ elt, requestConfig }) => htmx.trigger(elt, elt.matches("form") ? "submit" : requestConfig.triggeringEvent.type);

const leadsOn = (detail) => Boolean(detail.xhr.getResponseHeader("HX-Redirect"));
const isGuarded = (element) => element.matches?.("form[data-guard]");

// A form that htmx sends gets the same care as one that the browser sends.
document.addEventListener("htmx:confirm", (event) => {
  const { elt: form, issueRequest } = event.detail;
  if (!isGuarded(form) || !mayBeSignedOut()) return;
  event.preventDefault();
  form.setAttribute("aria-busy", "true");
  signedIn().then((isSignedIn) => {
    form.removeAttribute("aria-busy");
    if (isSignedIn) issueRequest(true);
  });
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isGuarded(detail.elt)) detail.elt.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (leadsOn(detail)) dirty.delete(detail.elt.closest("form"));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (isGuarded(detail.elt) && !leadsOn(detail)) detail.elt.removeAttribute("aria-busy");
});

// A form that comes back holds what was typed; of that, what is wrong comes first.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!isGuarded(target)) return;
  dirty.add(target);
  $(".is-invalid", target)?.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (isGuarded(event.target)) return;
  announce($("[data-say]", event.detail.target)?.textContent);
  const dialog = $("dialog[data-dialog-auto]:not([open])", event.detail.target);
  dialog?.showModal();
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.xhr?.status !== 401) toast(live().dataset.failed);
    // A page that asks by itself goes to the sign-in page.
    else if (!event.detail.elt.matches("[data-poll]")) signedIn().then((isSignedIn) => isSignedIn && askAgain(event.detail));
  });
}
