// Small comforts of the desk. Every page works without this file.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const typing = (el) => el.closest("input, select, textarea, [contenteditable]");

  // The keys of requests_desk/desk/keys.py: one opens what carries it as data-key, J and K walk the rows of a list.
  const rows = () => [...document.querySelectorAll("tbody a.code")];
  const step = (by) => {
    const all = rows();
    const here = all.indexOf(document.activeElement.closest("tr")?.querySelector("a.code"));
    return all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
  };
  const bearer = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const WALK = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.querySelector("[name=q]") || bearer("q"),
    x: () => document.activeElement.closest("tr")?.querySelector("[type=checkbox]"),
  };
  let leaving = false;  // for the search box of another page: what is typed meanwhile is no key of this one
  window.addEventListener("pageshow", () => (leaving = false));
  if (location.hash === "#id_q") {
    document.getElementById("id_q")?.focus();
    history.replaceState(history.state, "", location.pathname + location.search);  // or each search would end in its box
  }
  // Filters that say nothing stay out of the address.
  document.querySelector("form.filters")?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
      return;
    }
    if (event.key.length !== 1 || event.isComposing || typing(event.target) || leaving) return;
    if (document.querySelector("dialog[open]") || localStorage.getItem("letters") === "off") return;
    const key = event.key.toLowerCase();
    const wanted = WALK[key] ? WALK[key]() : bearer(key);
    if (!wanted) return;
    event.preventDefault();
    if (key === "/" && wanted.matches("a")) {
      leaving = true;
      return location.assign(`${wanted.href}#id_q`);
    }
    if (wanted.matches("input:not([type=checkbox]), textarea, tbody a.code")) wanted.focus();
    else if (!event.repeat) {
      wanted.click();
      document.getElementById(wanted.dataset.focus)?.focus(); // where what it opened begins
    }
    // A panel that just opened is written in at once.
    const panel = wanted.matches("summary") && wanted.parentElement;
    if (panel?.open) panel.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });

  // A closed panel is a link to this page with its form; here the form alone comes and stands in its place, and a reader
  // meets what any panel is: a button that unfolds.
  for (const link of document.querySelectorAll("a[data-panel]")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
  }
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.hasAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    const answer = await fetch(link.dataset.panel, { headers: { "HX-Request": "true" } }).catch(() => null);
    // Signed out meanwhile, or it cannot be done any more: the whole page says so.
    if (!answer?.ok || answer.redirected) return location.assign(link.href);
    const html = await answer.text();
    const { id } = link.parentElement;
    const isFocused = document.activeElement === link;
    link.parentElement.outerHTML = html;
    if (isFocused) document.querySelector(`#${id} > summary`).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("a[data-panel]")) return;
    event.preventDefault();
    event.target.click();
  });

  // "?" shows the keys of this page over it. A dialog of the browser's own: it keeps the focus, and Esc closes it.
  const sheet = document.querySelector("[data-sheet]");
  const made = (name, more) => Object.assign(document.createElement(name), more);
  sheet?.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(sheet.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return location.assign(sheet.href);
    const dialog = made("dialog", { className: "keydialog" });
    dialog.setAttribute("aria-labelledby", "sheet-title");
    const close = made("button", { type: "button", className: "btn", textContent: sheet.dataset.close, onclick: () => dialog.close() });
    const letters = made("input", { type: "checkbox", checked: localStorage.getItem("letters") !== "off" });
    letters.onchange = () => localStorage.setItem("letters", letters.checked ? "on" : "off");
    const label = made("label", { className: "check" });
    label.append(letters, ` ${sheet.dataset.letters}`);
    const body = made("div", { innerHTML: await answer.text() });
    for (const row of body.querySelectorAll("[data-needs]")) row.hidden = !document.querySelector(row.dataset.needs);
    for (const part of body.querySelectorAll("section")) part.hidden = !part.querySelector("[data-needs]:not([hidden])");
    const head = made("header");
    head.append(made("h2", { id: "sheet-title", textContent: sheet.dataset.title }), close);
    dialog.append(head, body, label);
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
    close.focus();
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
      // A session may have ended meanwhile: a new request knows whether it was taken, so its words wait here until then.
      if (key.includes(":new:")) localStorage.setItem(key, JSON.stringify(typed()));
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
    const handed = left.map(async (key) => {
      const fields = JSON.parse(localStorage.getItem(key)).filter(([name]) => name !== "csrfmiddlewaretoken");
      const answer = await send(any, new URLSearchParams([...fields, ["csrfmiddlewaretoken", token]]));
      if (answer?.status === 204 || answer?.status === 400) localStorage.removeItem(key);
      return answer?.status === 204;
    });
    const isUntouched = () => [...any.closest("form").elements].every((box) => !("defaultValue" in box) || box.value === box.defaultValue);
    Promise.all(handed).then((done) => done.includes(true) && isUntouched() && location.reload());
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
