/*
 * Visits on the board are pulled to another time, day or doctor, or longer: with the mouse, with a finger after a long
 * press, with keys. The server decides; this only shows where a visit would go and asks.
 */
"use strict";

{
  const board = $("#board");
  const form = $("#place");
  const ROW = 5; // minutes
  const MAGNET = 7; // minutes within which a free slot draws a visit to its start
  const [SHORTEST, LONGEST, MIDNIGHT] = [5, 240, 24 * 60];
  const SLACK = 5; // px that a press may move and still be a click
  const LONG_PRESS = 350; // ms
  const EDGE = 44; // px from the board's edge at which it scrolls
  const HANDLE = 7; // px at the lower edge of a block that pull it longer
  const TOAST_STAYS = 30_000; // ms

  /** The visit that is on its way: where it comes from, where it would go, and its ghost there. */
  let carried = null;
  /** A press that may become a pull. */
  let press = null;
  let arriving = null;
  let isClickOver = false;

  const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const rowOf = (minute) => Math.floor((minute + 2) / ROW);
  const clamp = (value, low, high) => Math.max(low, Math.min(value, high));
  const lanes = () => $$(".lane", board);
  const rowHeight = () => parseFloat(getComputedStyle(board).getPropertyValue("--row"));
  const isList = () => getComputedStyle(lanes()[0]).display !== "grid";
  const nameOf = (lane) => $("h2", lane.closest(".lane-doc")).textContent;
  const whoOf = (link) => $(".who", link).textContent;

  /** Return the rows that an item of a lane takes, as [first, behind the last]. */
  function rowsOf(item) {
    const [, at, rows] = item.className.match(/at-(\d+)(?: for-(\d+))?/);
    return [Number(at), Number(at) + Number(rows ?? 0)];
  }

  /** Tell whether the ghost's place is not free, as far as the board knows. */
  function isTaken({ lane, start, minutes, link }) {
    const first = rowOf(start) - rowOf(Number(lane.dataset.top));
    const behind = first + rowOf(start + minutes) - rowOf(start);
    return $$("li:not(.ghost)", lane).some((item) => {
      if (item.contains(link) || $(".free, .visit[data-state=cancelled]", item)) return false;
      const [from, until] = rowsOf(item);
      return item.matches(".now-line") ? first < from : from < behind && first < until;
    });
  }

  /** Take a visit up: from here on its ghost shows where it would go. */
  function takeUp(link, how) {
    const [start, minutes, version] = link.dataset.move.split(" ");
    const from = { lane: link.closest(".lane"), start: Number(start), minutes: Number(minutes) };
    const ghost = document.createElement("li");
    const box = document.createElement("div");
    const [time, name] = [document.createElement("b"), document.createElement("span")];
    name.textContent = whoOf(link);
    box.append(time, name);
    ghost.append(box);
    ghost.setAttribute("aria-hidden", "true");
    carried = { link, version, from, ...from, ghost, time, ...how };
    link.closest("li").classList.add("is-carried");
    board.classList.add("is-placing");
    show(from);
  }

  /** Show the ghost at another place. */
  function show(place) {
    Object.assign(carried, place);
    const top = Number(carried.lane.dataset.top);
    carried.start = clamp(carried.start, top, MIDNIGHT - carried.minutes);
    const { lane, start, minutes, ghost, time } = carried;
    ghost.className = `ghost at-${rowOf(start) - rowOf(top)} for-${rowOf(start + minutes) - rowOf(start)}`;
    ghost.classList.toggle("is-taken", isTaken(carried));
    time.textContent = `${clock(start)}–${clock(start + minutes)}`;
    if (ghost.parentElement !== lane) lane.append(ghost);
  }

  /** Let go of the visit: it stands where it stood. */
  function letGo(words = "") {
    if (!carried) return;
    carried.ghost.remove();
    carried.link.closest("li")?.classList.remove("is-carried");
    board.classList.remove("is-placing");
    carried = null;
    announce(words);
  }

  const newToken = () => [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => "abcdefghijklmnopqrstuvwxyz012345"[byte % 32]).join("");

  /** Ask the server to move the visit to its ghost. */
  function drop() {
    const { link, version, from, lane, start, minutes, ghost } = carried;
    if (lane === from.lane && start === from.start && minutes === from.minutes) return letGo(form.dataset.givenUp);
    const values = {
      form_token: newToken(),
      version,
      doctor: lane.dataset.doctor,
      date: lane.dataset.day,
      time: clock(start),
      minutes: minutes === from.minutes ? "" : minutes,
    };
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    // The address of the visit's page, and then what to do with it.
    form.dataset.path = new URL("place/", link.href).pathname;
    ghost.classList.add("is-saving");
    form.requestSubmit();
  }

  /* ── with the pointer ─────────────────────────────────────────────────── */
  const isPulled = () => carried?.by === "pointer" && !carried.ghost.matches(".is-saving");

  board?.addEventListener("dragstart", (event) => event.preventDefault());

  board?.addEventListener("pointerdown", (event) => {
    const link = event.target.closest(".visit[data-move]");
    if (!link || !form || carried || event.button !== 0 || isList()) return;
    const box = link.getBoundingClientRect();
    const isLonger = box.bottom - event.clientY <= HANDLE && event.pointerType !== "touch";
    press = { link, isLonger, x: event.clientX, y: event.clientY, grab: event.clientY - box.top, id: event.pointerId };
    if (event.pointerType === "touch") press.timer = setTimeout(pull, LONG_PRESS);
  });

  function pull() {
    board.setPointerCapture(press.id);
    takeUp(press.link, { by: "pointer", isLonger: press.isLonger, grab: press.grab, x: press.x, y: press.y });
    requestAnimationFrame(scrollAtEdge);
  }

  function endPress() {
    clearTimeout(press?.timer);
    press = null;
  }

  document.addEventListener("pointermove", (event) => {
    if (press && !carried && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLACK) {
      if (press.timer) endPress(); // a finger that scrolls
      else pull();
    }
    if (!isPulled()) return;
    [carried.x, carried.y] = [event.clientX, event.clientY];
    follow();
  });

  /** Bring the ghost to the pointer. */
  function follow() {
    const { isLonger, from, x, y, grab, minutes } = carried;
    const all = lanes();
    const lane = isLonger ? from.lane : all.find((each) => x < each.getBoundingClientRect().right) ?? all.at(-1);
    const minuteAt = (height) => Number(lane.dataset.top) + ((height - lane.getBoundingClientRect().top) / rowHeight()) * ROW;
    if (isLonger) {
      const end = Math.min(Math.round(minuteAt(y) / ROW) * ROW, MIDNIGHT);
      show({ minutes: clamp(end - from.start, SHORTEST, LONGEST) });
      return;
    }
    const minute = minuteAt(y - grab);
    const free = $$("a.free", lane).map((slot) => Number(slot.id.split("-").at(-1)));
    if (lane === from.lane) free.push(from.start);
    const nearest = free.toSorted((one, other) => Math.abs(one - minute) - Math.abs(other - minute))[0];
    const start = Math.abs(nearest - minute) <= MAGNET ? nearest : Math.round(minute / ROW) * ROW;
    show({ lane, start: Math.min(start, MIDNIGHT - minutes) });
  }

  /** Scroll as long as the pointer is near an edge. */
  function scrollAtEdge() {
    if (!isPulled()) return;
    const box = board.getBoundingClientRect();
    const [low, high] = [Math.max(box.top + $(".lane-head", board).offsetHeight, 0), Math.min(box.bottom, innerHeight)];
    const pace = (before, behind) => clamp((Math.max(EDGE - behind, 0) - Math.max(EDGE - before, 0)) / 3, -18, 18);
    const [across, down] = [pace(carried.x - box.left, box.right - carried.x), pace(carried.y - low, high - carried.y)];
    if (across || down) {
      board.scrollBy(across, down);
      if (board.scrollHeight <= board.clientHeight) scrollBy(0, down);
      follow();
    }
    requestAnimationFrame(scrollAtEdge);
  }

  document.addEventListener("pointerup", () => {
    endPress();
    if (!isPulled()) return;
    isClickOver = true;
    setTimeout(() => { isClickOver = false; });
    drop();
  });
  for (const end of ["pointercancel", "blur"]) {
    window.addEventListener(end, (event) => {
      if (event.target !== window && end === "blur") return;
      endPress();
      if (isPulled()) letGo(form.dataset.givenUp);
    });
  }

  // What a pull ends with is no click, what a finger pulls is no page, and a long press opens no menu.
  document.addEventListener("click", (event) => {
    if (!isClickOver) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  board?.addEventListener("touchmove", (event) => { if (isPulled()) event.preventDefault(); }, { passive: false });
  board?.addEventListener("contextmenu", (event) => { if (isPulled() || press?.timer) event.preventDefault(); });

  /* ── with keys ────────────────────────────────────────────────────────── */
  /** Return where a key takes the visit, null for a key that takes it nowhere. */
  function placeAfter({ key, shiftKey }, { lane, start, minutes }) {
    const across = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const down = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (across) return { lane: lanes()[lanes().indexOf(lane) + across] ?? lane };
    if (down && shiftKey) return { minutes: clamp(minutes + down * ROW, SHORTEST, LONGEST) };
    return down ? { start: start + down * Number(lane.dataset.step) } : null;
  }

  document.addEventListener("keydown", (event) => {
    if (isPulled() && event.key === "Escape") {
      isClickOver = true;
      document.addEventListener("pointerup", () => setTimeout(() => { isClickOver = false; }), { once: true });
      letGo(form.dataset.givenUp);
    } else if (carried?.by === "keys" && !carried.ghost.matches(".is-saving") && event.key === "Escape") {
      letGo(form.dataset.givenUp);
    } else if (carried?.by === "keys" && event.key === "Enter") {
      if (!carried.ghost.matches(".is-saving")) drop();
    } else if (!moveByKey(event)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);

  function moveByKey(event) {
    const link = event.target.closest?.("#board .visit[data-move]");
    if (!link || !form || isList() || (!carried && !event.altKey) || (carried && carried.by !== "keys")) return false;
    if (!/^Arrow/.test(event.key)) return false;
    if (!carried) takeUp(link, { by: "keys" });
    if (carried.ghost.matches(".is-saving")) return true;
    show(placeAfter(event, carried));
    carried.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    const words = event.shiftKey && carried.lane === carried.from.lane ? form.dataset.stretch : form.dataset.carry;
    const filled = words
      .replace("{name}", whoOf(link))
      .replace("{time}", clock(event.shiftKey ? carried.start + carried.minutes : carried.start))
      .replace("{minutes}", carried.minutes)
      .replace("{lane}", nameOf(carried.lane));
    announce(carried.ghost.matches(".is-taken") ? `${form.dataset.taken} ${filled}` : filled);
    return true;
  }

  board?.addEventListener("focusout", () => {
    if (carried?.by === "keys" && !carried.ghost.matches(".is-saving")) letGo(form.dataset.givenUp);
  });

  $("[data-keys]")?.prepend($("#board-keys")?.content.cloneNode(true) ?? "");

  /* ── what the server says ─────────────────────────────────────────────── */
  form?.addEventListener("htmx:configRequest", (event) => { event.detail.path = form.dataset.path; });

  document.addEventListener("htmx:afterRequest", (event) => {
    // A refusal, or no answer: the block jumps back. The moved one is shown by the board as it is read anew.
    if (event.target === form && !(event.detail.xhr?.status < 300)) {
      const link = carried?.link;
      letGo();
      link?.focus({ preventScroll: true });
    }
  });

  document.addEventListener("board-changed", (event) => { arriving = event.detail.visit ?? null; });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === board) {
      if (carried) letGo();
      const visit = arriving && document.getElementById(`visit-${arriving}`);
      visit?.classList.add("is-new");
      if (document.activeElement === document.body) visit?.focus({ preventScroll: true });
      arriving = null;
    } else if (event.target.id === "placed") {
      const line = $("#placed .placed");
      if (line) setTimeout(() => { if (!line.matches(":hover, :focus-within")) line.remove(); }, TOAST_STAYS);
    }
  });
}
