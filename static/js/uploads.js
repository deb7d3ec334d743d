/*
 * Uploads: the chosen files as a list, each sent by itself with its progress and its own token, so that one that is
 * refused or cut off leaves the others alone and is stored once, however often it is sent.
 */
"use strict";

{
  const form = $("form[data-uploads]");
  const input = $("[type=file]", form);
  const list = $("[data-upload-list]", form);
  const button = $("[type=submit]", form);
  const waiting = new Map(); // row → file

  const token = () => crypto.getRandomValues(new Uint8Array(12)).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
  const megabytes = (size) => (size < 1024 * 1024 ? `${Math.ceil(size / 1024)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`);

  const show = () => {
    list.hidden = !list.childElementCount;
    input.required = !list.childElementCount;
    $("[data-one-title]", form).hidden = !list.hidden;
  };

  const refuse = (row, text) => {
    const words = document.createElement("p");
    words.className = "small upload-no";
    words.textContent = text;
    $("[data-say]", row).replaceChildren(words);
    row.classList.add("is-refused");
  };

  const add = (file) => {
    const row = $("template[data-upload-row]", form).content.firstElementChild.cloneNode(true);
    const title = $("[data-title]", row);
    title.id = `title-${token()}`;
    title.value = file.name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replaceAll("_", " ").slice(0, 150);
    $("[data-label]", row).htmlFor = title.id;
    $("[data-label]", row).textContent = `${$("[data-one-title] label", form).textContent.trim()}: ${file.name}`;
    $("[data-name]", row).textContent = file.name;
    $("[data-size]", row).textContent = megabytes(file.size);
    row.dataset.token = token();
    list.append(row);
    if (!file.size) refuse(row, form.dataset.empty);
    else if (file.size > Number(form.dataset.limit)) refuse(row, form.dataset.tooLarge);
    else waiting.set(row, file);
    dirty.add(form);
  };

  const addAll = (files) => { for (const file of files) add(file); show(); };

  /** Send one file; return the status of the answer, 0 where none came. */
  const send = (row, file) => new Promise((resolve) => {
    const data = new FormData(form);
    data.delete("file");
    data.set("file", file);
    data.set("title", $("[data-title]", row).value);
    data.set("form_token", row.dataset.token);
    const bar = $("progress", row);
    bar.hidden = false;
    const request = new XMLHttpRequest();
    request.open("POST", location.pathname);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", $("[name=csrfmiddlewaretoken]", form).value);
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.onload = () => {
      if ([200, 422].includes(request.status)) $("[data-say]", row).innerHTML = request.responseText;
      resolve(request.status);
    };
    request.onerror = () => resolve(0);
    request.send(data);
  });

  const sendRow = async (row, file) => {
    row.classList.remove("is-refused");
    let status = await send(row, file);
    if (status === 401 && await signedIn()) status = await send(row, file);
    $("progress", row).hidden = true;
    if (status === 200) {
      row.classList.add("is-done");
      $("[data-title]", row).readOnly = true;
      $("[data-upload-remove]", row).hidden = true;
      waiting.delete(row);
    } else {
      row.classList.add("is-refused");
      // Cut off on the way, it can be sent again: with its token it is stored once.
      if (status === 422) waiting.delete(row);
      else refuse(row, live().dataset.failed);
    }
  };

  input.addEventListener("change", () => { addAll(input.files); input.value = ""; });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-upload-remove]")?.closest("li");
    if (!row) return;
    waiting.delete(row);
    row.remove();
    show();
    input.focus();
  });

  form.addEventListener("submit", async (event) => {
    if (!list.childElementCount) return;
    event.preventDefault();
    button.disabled = true;
    for (const [row, file] of [...waiting]) await sendRow(row, file);
    button.disabled = false;
    const refused = $$(".is-refused", list).length;
    announce(refused ? form.dataset.someRefused : form.dataset.sent);
    if (!refused && !waiting.size) {
      dirty.delete(form);
      button.hidden = true;
      const on = $(".form-foot a", form);
      on.classList.replace("btn-quiet", "btn-primary");
      on.focus();
    }
  });

  const drop = $("[data-drop]", form);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); addAll(event.dataTransfer.files); });
}
