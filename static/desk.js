// Small comforts of the desk. Every page works without this file.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const typing = (el) => el.closest("input, select, textarea, [contenteditable]");

  // One letter opens what carries data-key; "/" goes to the search box.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
      return;
    }
    if (typing(event.target)) return;
    const wanted = event.key === "/" ? document.querySelector("[name=q]") : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("input")) wanted.focus();
    else wanted.click();
  });

  // A form sent once is not sent again by an impatient second click; coming back to the page frees it.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.dataset.sent) event.preventDefault();
    else event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // A known caller's name, firm and the rest go into the boxes that are still empty.
  const fill = (values) => {
    for (const [name, value] of Object.entries(values)) {
      const box = document.getElementById(`id_${name}`);
      if (box && !box.value && value) box.value = value;
    }
  };
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-fill]");
    if (!chosen) return;
    event.preventDefault();
    fill(JSON.parse(chosen.dataset.fill));
    (document.getElementById("id_text") || chosen).focus();
  });
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => (before = event.target.previousElementSibling));
  document.addEventListener("htmx:afterSwap", (event) => {
    // "Show more" took its own row away: the focus goes to the first row it brought.
    if (before?.nextElementSibling && document.activeElement === document.body) before.nextElementSibling.querySelector("a")?.focus();
    before = null;
    const known = new Set([...event.target.querySelectorAll("[data-fill]")].map((button) => button.dataset.fill));
    if (known.size === 1) fill(JSON.parse([...known][0]));
  });

  // Printing and copying need a script; without one their buttons are not there.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
