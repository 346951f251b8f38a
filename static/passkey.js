// Passkeys: a form with data-passkey asks the browser for one and sends what it says. Other ways work without this file.
(() => {
  "use strict";
  const forms = document.querySelectorAll("form[data-passkey]");
  if (!window.PublicKeyCredential) return;
  const isNumber = /^[\d.]+$|:/.test(location.hostname);

  const options = async (form) => {
    const url = form.dataset.passkeyOptions;
    if (!url) return JSON.parse(document.getElementById("passkey-options").textContent);
    // allauth answers in JSON to what calls itself a script's request.
    const answer = await fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };
  const ask = async (form) => {
    const given = await options(form);
    if (form.dataset.passkey === "get") return webauthnJSON.get(given.request_options);
    const wanted = given.creation_options;
    const choice = wanted.publicKey.authenticatorSelection;
    if (form.elements.passwordless?.checked) {
      Object.assign(choice, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
    } else {
      Object.assign(choice, { residentKey: "discouraged", requireResidentKey: false });
    }
    return webauthnJSON.create(wanted);
  };
  const say = (form, what) => {
    form.querySelector(`[data-passkey-${what}]`).hidden = false;
    form.querySelector("[type=submit]").disabled = false;
  };
  forms.forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      form.querySelector("[type=submit]").disabled = true;
      form.querySelectorAll("[data-passkey-error], [data-passkey-name]").forEach((said) => (said.hidden = true));
      if (isNumber) return say(form, "name");
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
        form.submit();
      } catch (refused) {
        say(form, "error");
      }
    });
  });
})();
