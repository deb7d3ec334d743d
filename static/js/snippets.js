/*
 * Snippets: a semicolon at the beginning of a word, in any text field of a note, opens the doctor's list. Letters filter
 * it, arrows walk, Enter inserts, Escape closes and leaves what was typed.
 */
"use strict";

const snippetForm = $("form[data-snippets]");
if (snippetForm) offerSnippets(snippetForm);

function offerSnippets(form) {
  const TYPED = /(?:^|\s);([^\s;][^;\n]{0,39})?$/;
  let list = null;
  let field = null;

  async function open(target) {
    list ??= await load();
    if (!list || document.activeElement !== target) return;
    field = target;
    target.parentElement.classList.add("pick");
    target.parentElement.append(list);
    target.setAttribute("aria-controls", list.id);
    target.setAttribute("aria-autocomplete", "list");
    filter();
    list.scrollIntoView({ block: "nearest" });
  }

  async function load() {
    try {
      const answer = await fetch(form.dataset.snippets, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return null;
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const found = holder.content.querySelector("ul");
      found.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const one = event.target.closest("li");
        if (one) { choose(one); insert(); }
      });
      return found;
    } catch {
      return null;
    }
  }

  const shown = () => [...list.children].filter((one) => !one.hidden);
  const chosen = () => $("[aria-selected=true]", list);
  const typed = (target) => TYPED.exec(target.value.slice(0, target.selectionStart));

  function choose(one) {
    for (const other of list.children) other.setAttribute("aria-selected", String(other === one));
    if (one) { field.setAttribute("aria-activedescendant", one.id); one.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }

  function filter() {
    const match = typed(field);
    if (!match) { close(); return; }
    const words = (match[1] ?? "").trim().toLowerCase();
    const inTitle = (one) => one.dataset.title.toLowerCase().includes(words);
    for (const one of list.children) one.hidden = !inTitle(one) && !one.dataset.text.toLowerCase().includes(words);
    list.hidden = shown().length === 0;
    choose(shown().find((one) => one.dataset.title.toLowerCase().startsWith(words)) ?? shown()[0]);
    announce(chosen() ? `${chosen().dataset.title}: ${chosen().dataset.text}` : list.dataset.none);
  }

  function close() {
    if (!field) return;
    list.remove();
    for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) field.removeAttribute(name);
    field = null;
  }

  /** Put the chosen text in the place of the semicolon and what follows it. */
  function insert() {
    const target = field;
    const text = chosen()?.dataset.text;
    const match = typed(target);
    if (text === undefined || !match) return;
    const end = target.selectionStart;
    target.setRangeText(text, end - (match[1] ?? "").length - 1, end, "end");
    close();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const isText = (target) => target.matches("textarea, input[type=text]:not([role=combobox]), input:not([type])");
  form.addEventListener("input", (event) => {
    const target = event.target;
    if (field === target) filter();
    else if (isText(target) && typed(target)?.[1] === undefined && typed(target)) open(target);
  });
  // In the capture phase: Escape and Enter are the list's before anybody else's.
  form.addEventListener("keydown", (event) => {
    if (!field || event.isComposing || event.ctrlKey || event.metaKey) return;
    const here = shown().indexOf(chosen());
    if (event.key === "ArrowDown") choose(shown()[Math.min(here + 1, shown().length - 1)]);
    else if (event.key === "ArrowUp") choose(shown()[Math.max(here - 1, 0)]);
    else if (event.key === "Enter" && chosen() && !list.hidden) insert();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  form.addEventListener("focusout", (event) => { if (event.target === field) close(); });
}
