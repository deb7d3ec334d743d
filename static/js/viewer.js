/* The viewer of documents: pictures are zoomed by buttons, keys and the wheel, and moved by the hand. */
"use strict";

{
  const stage = $("[data-zoom-stage]");
  const bar = $("[data-zoom-bar]");
  const STEP = 1.25;
  const [LEAST, MOST] = [0.25, 8];
  let zoom = 1; // of the width that fits

  const apply = (next) => {
    const before = zoom;
    zoom = Math.min(MOST, Math.max(LEAST, next));
    const middle = [stage.scrollLeft + stage.clientWidth / 2, stage.scrollTop + stage.clientHeight / 2];
    const pictures = $$("img", stage);
    for (const picture of pictures) picture.dataset.fit ??= picture.clientWidth;
    stage.classList.toggle("is-zoomed", zoom !== 1);
    for (const picture of pictures) {
      picture.style.width = zoom === 1 ? "" : `${picture.dataset.fit * zoom}px`;
    }
    stage.scrollLeft = middle[0] * zoom / before - stage.clientWidth / 2;
    stage.scrollTop = middle[1] * zoom / before - stage.clientHeight / 2;
    $("[data-zoom-say]", bar).textContent = `${Math.round(zoom * 100)} %`;
  };

  if (stage) {
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const way = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (way) apply(way === "in" ? zoom * STEP : way === "out" ? zoom / STEP : 1);
    });
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      apply(event.deltaY < 0 ? zoom * STEP : zoom / STEP);
    }, { passive: false });

    let held = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0 || zoom === 1) return;
      event.preventDefault();
      stage.focus({ preventScroll: true });
      held = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("is-held");
    });
    stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      stage.scrollLeft = held.x - event.clientX;
      stage.scrollTop = held.y - event.clientY;
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      stage.addEventListener(kind, () => { held = null; stage.classList.remove("is-held"); });
    }
  }
}
