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
    if (event.detail.requestConfig?.triggeringEvent?.type === "click" && before?.nextElementSibling && document.activeElement === document.body) before.nextElementSibling.querySelector("a")?.focus();
    before = null;
    const known = new Set([...event.target.querySelectorAll("[data-fill]")].map((button) => button.dataset.fill));
    if (known.size === 1) fill(JSON.parse([...known][0]));
  });

  // A part that keeps itself fresh. What did not change is not touched; the focus stays where it was, and what is new
  // is spoken once.
  document.querySelectorAll("[data-live]").forEach((part) => {
    const codes = () => new Set([...part.querySelectorAll("a.code")].map((link) => link.textContent.trim()));
    const said = document.getElementById(`${part.id}-said`);
    let last = null;
    const look = async () => {
      if (document.hidden || part.contains(getSelection().anchorNode) && !getSelection().isCollapsed) return;
      const answer = await fetch(part.dataset.live, { headers: { "HX-Request": "true" } }).catch(() => null);
      // Signed out meanwhile, or the desk is away: what stands here stays, with its own clock above it.
      if (!answer?.ok || answer.redirected) return;
      const html = await answer.text();
      if (html === last) return;
      last = html;
      const before = codes();
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.innerHTML = html;
      if (focused) (document.getElementById(focused) || document.getElementById("main")).focus({ preventScroll: true });
      const fresh = [...codes()].filter((code) => !before.has(code));
      if (said && fresh.length) said.textContent = `${said.dataset.say} ${fresh.join(", ")}`;
    };
    setInterval(look, part.dataset.every * 1000);
    document.addEventListener("visibilitychange", look);
  });

  // What is typed is saved at each pause. While the desk does not take it, this browser keeps it and tries again.
  const send = (said, body, signal) =>
    fetch(said.dataset.url, { method: "POST", body, signal, keepalive: body.toString().length < 60000 }).catch(() => null);
  const keepDraft = (said, isFirst) => {
    if (said.dataset.watched) return;
    said.dataset.watched = "1";
    const form = said.closest("form");
    const key = `draft:${said.dataset.user}:${form.elements.draft_place.value}`;
    const typed = () => [...new FormData(form)].filter(([, value]) => typeof value === "string");
    let timer = null;
    let asking = null;
    const save = async () => {
      clearTimeout(timer);
      timer = null;
      const fields = typed();
      localStorage.setItem(key, JSON.stringify(fields));
      const body = new URLSearchParams(fields);
      asking = new AbortController();
      const answer = await send(said, body, asking.signal);
      if (form.dataset.sent) return;
      if (answer?.status === 204) {
        localStorage.removeItem(key);
        said.textContent = `${said.dataset.saved} ${new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" })}`;
      } else {
        said.textContent = said.dataset.kept;
        timer = setTimeout(save, 5000);
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(save, 800);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      asking?.abort(); // what is sent now must not come back as a draft
    });
    window.addEventListener("pagehide", () => timer && !form.dataset.sent && save());
    const left = isFirst && localStorage.getItem(key);
    if (!isFirst) soon();
    if (!left) return;
    for (const [name, value] of JSON.parse(left)) {
      const box = form.elements[name];
      if (box instanceof RadioNodeList || box?.type && box.type !== "hidden" && box.type !== "checkbox") box.value = value;
    }
    soon();
  };
  document.querySelectorAll("output.drafted").forEach((said) => keepDraft(said, true));
  // A form that came anew, with what a step put into it, is kept like the one it took the place of.
  document.addEventListener("htmx:load", (event) => {
    const said = event.target.querySelector?.("output.drafted");
    if (said) keepDraft(said, false);
  });

  // What an earlier page could not hand over goes to the desk now, and stands among what was begun.
  const any = document.querySelector("output.drafted");
  if (any) {
    const here = new Set([...document.querySelectorAll("[name=draft_place]")].map((box) => `draft:${any.dataset.user}:${box.value}`));
    const left = Object.keys(localStorage).filter((key) => key.startsWith(`draft:${any.dataset.user}:`) && !here.has(key));
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    left.forEach(async (key) => {
      const fields = JSON.parse(localStorage.getItem(key)).filter(([name]) => name !== "csrfmiddlewaretoken");
      const answer = await send(any, new URLSearchParams([...fields, ["csrfmiddlewaretoken", token]]));
      if (answer?.status === 204 || answer?.status === 400) localStorage.removeItem(key);
    });
  }

  // What is marked in the conversation is what a part is split off with.
  let marked = "";
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    if (!chosen.isCollapsed && chosen.anchorNode?.parentElement?.closest(".bubble")) marked = chosen.toString().trim();
  });
  document.addEventListener("toggle", (event) => {
    const box = event.target.open && event.target.querySelector("[data-marked]");
    if (box && marked && !box.value) box.value = marked;
  }, true);

  // The seconds in which a reply may be taken back run down; then its button is of no use any more.
  document.querySelectorAll("[data-goes-at]").forEach((note) => {
    const button = note.querySelector("button");
    const word = button.textContent;
    const tick = () => {
      const left = Math.ceil((new Date(note.dataset.goesAt) - Date.now()) / 1000);
      if (left > 0) button.firstChild.data = `${word} (${left})`;
      else note.remove();
      if (left > 0) setTimeout(tick, 1000);
    };
    tick();
  });

  // Printing and copying need a script; without one their buttons are not there.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
