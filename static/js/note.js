/*
 * The note that cannot be lost: what is typed goes to the server as a draft every two seconds, and on leaving.
 *
 * The browser's own copy is the form itself: it is never written to the disk of the machine, and nothing is told as
 * saved before the server has said so. Uses what homeo.js has: $, dirty, signedIn, signedInAt, announce.
 */
"use strict";

const note = $("form[data-draft]");
if (note) keepNote(note);

function keepNote(form) {
  const EVERY = 2_000; // ms between the first letter and its draft: with the way to the server, five seconds at most
  const AGAIN = 2_000; // ms until the next try
  const PATIENCE = 15_000; // ms for an answer
  const KEEPALIVE_MOST = 60_000; // bytes that a browser sends for a page that is gone
  const TROUBLE = { failing: true, "signed-out": true, elsewhere: true };
  const mark = $("[data-saved]");
  const say = $("[data-saved-say]", mark);
  let timer = null;
  let sending = false;
  let changes = 0; // how often something was typed
  let kept = 0; // up to which of them the server has everything
  let isAsking = false;
  let wasTrouble = false;
  let isSent = false;

  const show = (state, text) => {
    // Only trouble and its end are read aloud: every two seconds would be unbearable.
    if (state in TROUBLE ? mark.dataset.state !== state : state === "kept" && wasTrouble) announce(text);
    if (state !== "saying") wasTrouble = state in TROUBLE;
    mark.dataset.state = state;
    say.textContent = text;
  };
  const body = () => new URLSearchParams(new FormData(form));
  const send = (options = {}) => fetch(form.dataset.draft, {
    method: "POST",
    // Asked in this way, the server answers a lost session with a bare 401.
    headers: { "HX-Request": "true", "X-CSRFToken": $("[name=csrfmiddlewaretoken]", form).value },
    body: body(),
    ...options,
  });

  const plan = (delay) => {
    timer ??= setTimeout(() => { timer = null; keep(); }, delay);
  };

  async function keep() {
    if (sending || isAsking || isSent || kept === changes) return;
    // While the page asks for the password nothing is kept, and what is sent would meet a token that changes.
    if ($("#sign-in:modal")) { plan(AGAIN); return; }
    sending = true;
    const upTo = changes;
    show("saying", mark.dataset.saying);
    let answer = null;
    try {
      answer = await send({ signal: AbortSignal.timeout(PATIENCE) });
    } catch { /* out of reach: told and tried again below */ }
    sending = false;
    if (answer?.ok) {
      const { saved, elsewhere, kind } = await answer.json();
      kept = upTo;
      signedInAt = Date.now();
      form.elements.adopted.value = "";
      if (kept === changes) dirty.delete(form);
      if (elsewhere) tellElsewhere(elsewhere, kind);
      else show("kept", `${mark.dataset.kept} ${saved}`);
      if (kept !== changes) plan(EVERY);
    } else if ([401, 403, 404].includes(answer?.status)) {
      await askToSignIn(answer.status);
    } else {
      show("failing", mark.dataset.failing);
      plan(AGAIN);
    }
  }

  /** Ask for the password over the page; who does not want to finds a button that asks again. */
  async function askToSignIn(status) {
    if ($("dialog:modal")) { show("signed-out", mark.dataset.signedOut); plan(AGAIN); return; }
    isAsking = true;
    show("signed-out", mark.dataset.signedOut);
    const isIn = await signedIn();
    isAsking = false;
    // The right person, and still not hers to write: it was put away meanwhile.
    if (isIn && status === 404) show("failing", mark.dataset.gone);
    else if (isIn) plan(0);
    else offer(mark.dataset.signIn, () => { $(".elsewhere")?.remove(); askToSignIn(); });
  }

  function offer(words, act, extra = {}) {
    $(".elsewhere")?.remove();
    const line = document.createElement("div");
    line.className = "elsewhere";
    const button = document.createElement("button");
    Object.assign(button, { className: "btn btn-s", type: "button", textContent: words }, extra);
    if (act) button.onclick = act;
    line.append(button);
    mark.after(line);
    return line;
  }

  function tellElsewhere(words, kind) {
    const isTold = mark.dataset.state === "elsewhere";
    show("elsewhere", words);
    if (isTold) return;
    if (kind === "SIGNED") offer(mark.dataset.read, () => { location.href = mark.dataset.readUrl; });
    else {
      const line = offer(mark.dataset.compare, null, { type: "submit", name: "compare", value: "1" });
      $("button", line).setAttribute("form", form.id);
      $("button", line).formNoValidate = true;
    }
  }

  const changed = () => {
    changes += 1;
    plan(EVERY);
  };
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, changed);
  }
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-formset-remove]")) changed();
  });
  if ("unsaved" in form.dataset) { dirty.add(form); changed(); }

  // A form on its way carries everything itself; a draft that arrives after it would be one too many.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    isSent = true;
    clearTimeout(timer);
    timer = null;
  });
  window.addEventListener("pageshow", () => { isSent = false; });

  // On leaving: a request that outlives the page. It is not waited for.
  const leave = () => {
    if (kept === changes || isAsking || isSent) return;
    const text = body().toString();
    send({ body: new URLSearchParams(text), keepalive: text.length < KEEPALIVE_MOST }).catch(() => {});
  };
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });

  // The word below the seven answers.
  form.addEventListener("change", (event) => {
    const answers = event.target.closest(".seven");
    if (answers) answers.nextElementSibling.textContent = event.target.closest("label").title;
  });
}
