/** Passkeys: make one, or open a session with one. Without script a password and codes do it all. */
import { postJson } from "../api.js";

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Turn what the server asks for into what the browser takes. */
function readOptions(options) {
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = keys(options.allowCredentials);
  return read;
}

/** Turn what the browser answers into what the server takes. */
function writeAnswer(credential) {
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = Object.fromEntries(
    names.filter((name) => response[name]).map((name) => [name, text(response[name])]),
  );
  if (response.getTransports) written.transports = response.getTransports();
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: written };
}

/** Let a box of the page make or use a passkey. */
function serve(box, act) {
  const button = box.querySelector("button");
  const problem = box.querySelector("[role=alert]");
  box.hidden = false;
  button.addEventListener("click", async () => {
    problem.textContent = "";
    button.setAttribute("aria-disabled", "true");
    try {
      const publicKey = readOptions(await postJson(box.dataset.options, {}));
      const answer = writeAnswer(await act(publicKey));
      const name = box.querySelector("input")?.value;
      const { next } = await postJson(box.dataset.answer, name === undefined ? answer : { ...answer, name });
      location.assign(next);
    } catch (error) {
      problem.textContent = error.name === "ApiProblem" ? error.message : box.dataset.problem;
    }
    button.removeAttribute("aria-disabled");
  });
}

if (globalThis.PublicKeyCredential) {
  const use = document.getElementById("passkey");
  const make = document.getElementById("new-passkey");
  if (use) serve(use, (publicKey) => navigator.credentials.get({ publicKey }));
  if (make) serve(make, (publicKey) => navigator.credentials.create({ publicKey }));
}
