// Adds a passkey, or uses one: asks the browser for it and posts the answer in a hidden field of the form.
// Only the pages of passkeys load this file; an authenticator app does without it.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) found.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) found.allowCredentials = known(options.allowCredentials);
  return found;
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

const button = document.querySelector("[data-passkey]");
const said = document.getElementById("passkey-said");

button?.addEventListener("click", async () => {
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  said.textContent = "";
  try {
    const credential =
      button.dataset.passkey === "add"
        ? await navigator.credentials.create({ publicKey: asked(options.creation_options.publicKey) })
        : await navigator.credentials.get({ publicKey: asked(options.request_options.publicKey) });
    button.form.elements.credential.value = JSON.stringify(answered(credential));
    button.form.submit();
  } catch {
    said.textContent = button.dataset.failed;
  }
});
