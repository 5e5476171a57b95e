/** Seal a filing in the browser: the server is sent the seal, never what it seals. */

const SALT_BYTES = 24;

/** Tell whether this browser may compute digests here: over HTTPS, or on this very machine. */
export const canSeal = () => Boolean(globalThis.crypto?.subtle);

/**
 * Give the SHA-256 of a text, in lower-case hexadecimal.
 * @param {string} text
 * @returns {Promise<string>}
 */
export async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Make a salt nobody can guess. */
export function makeSalt() {
  const bytes = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Make the secret an author keeps, and the seal it leaves: SHA-256 of salt, line feed and content.
 * @param {string} opening number of the opening
 * @param {{kind: string, substances: string[], geometry: object, name?: string}} asked
 * @param {string} [salt]
 */
export async function makeSecret(opening, asked, salt = makeSalt()) {
  const content = JSON.stringify(asked);
  const seal = await sha256(`${salt}\n${content}`);
  return { opening, seal, salt, content };
}

const keyOf = (/** @type {string} */ opening) => `cadastre.openings.${opening}`;

/** Keep a secret in this browser as well; false where it may not keep anything. @param {{opening: string}} secret */
export function keepSecret(secret) {
  try {
    localStorage.setItem(keyOf(secret.opening), JSON.stringify(secret));
    return true;
  } catch {
    return false;
  }
}

/** Give the secret this browser kept for an opening, null where there is none. @param {string} opening */
export function keptSecret(opening) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(opening)) ?? "null");
  } catch {
    return null;
  }
}
