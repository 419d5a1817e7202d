// An extra for the keyboard; every page works without it. "/" searches, "j" and "k" move, Enter opens.
"use strict";

(() => {
  const items = () => Array.from(document.querySelectorAll("main .item"));

  const move = (step) => {
    const all = items();
    if (!all.length) {
      window.scrollBy({ top: step * window.innerHeight * 0.8 });
      return;
    }
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    if (typing) {
      if (event.key === "Escape") {
        event.target.blur();
      }
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      const field = document.getElementById("q");
      field.focus();
      field.select();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    }
  });

  for (const hint of document.querySelectorAll(".keys")) {
    hint.hidden = false;
  }

  // A page that shows a running crawl is loaded again while someone looks at it and is not reading with the keyboard.
  if (document.querySelector("[data-live]")) {
    window.setInterval(() => {
      if (document.visibilityState === "visible" && document.activeElement === document.body && window.scrollY === 0) {
        window.location.reload();
      }
    }, 5000);
  }
})();
