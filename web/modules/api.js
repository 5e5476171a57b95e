/** Talk to the API: the only module that fetches. Errors come as sentences; loading is visible. */

/** What the API said no to: `message` is the sentence to show. */
export class ApiProblem extends Error {
  /** @param {{code?: string, detail?: string, status?: number, where?: string|null} & Record<string, unknown>} problem */
  constructor(problem) {
    super(problem.detail ?? problem.code ?? "");
    this.name = "ApiProblem";
    this.code = problem.code ?? "http.internal";
    this.status = problem.status ?? 0;
    this.where = problem.where ?? null;
    this.problem = problem;
  }
}

let underway = 0;

/**
 * Get JSON.
 * @param {string} address path on this host
 * @param {{signal?: AbortSignal}} [options]
 */
export function getJson(address, options = {}) {
  return ask(address, { signal: options.signal });
}

/**
 * Post JSON and get JSON.
 * @param {string} address
 * @param {unknown} body
 * @param {{signal?: AbortSignal, headers?: Record<string, string>}} [options]
 */
export function postJson(address, body, options = {}) {
  return ask(address, {
    method: "POST",
    body: JSON.stringify(body),
    signal: options.signal,
    headers: { "Content-Type": "application/json", ...token(), ...options.headers },
  });
}

/**
 * Put JSON in place of what an address keeps.
 * @param {string} address
 * @param {unknown} body
 */
export function putJson(address, body) {
  return ask(address, {
    method: "PUT",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...token() },
  });
}

/**
 * Change part of what an address keeps.
 * @param {string} address
 * @param {unknown} body
 */
export function patchJson(address, body) {
  return ask(address, {
    method: "PATCH",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...token() },
  });
}

/** Delete what an address keeps. @param {string} address */
export function deleteJson(address) {
  return ask(address, { method: "DELETE", headers: token() });
}

/**
 * Post a form, a file among its fields, and get JSON.
 * @param {string} address
 * @param {FormData} form
 * @param {{signal?: AbortSignal}} [options]
 */
export function postForm(address, form, options = {}) {
  return ask(address, { method: "POST", body: form, signal: options.signal, headers: token() });
}

/**
 * Post JSON and get the file that answers, with the name the server gives it.
 * @param {string} address
 * @param {unknown} body
 * @returns {Promise<{blob: Blob, name: string}>}
 */
export async function postForFile(address, body) {
  const response = await send(address, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...token() },
  });
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
  return { blob: await response.blob(), name: name ? name[1] : "cadastre" };
}

/** @param {string} address @param {RequestInit} request */
async function ask(address, request) {
  const response = await send(address, request);
  return response.status === 204 ? null : response.json();
}

/** @param {string} address @param {RequestInit} request */
async function send(address, request) {
  showLoading(1);
  try {
    const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...request.headers };
    const response = await fetch(address, { credentials: "same-origin", ...request, headers });
    if (!response.ok) throw new ApiProblem(await problemOf(response));
    return response;
  } catch (error) {
    if (error instanceof ApiProblem || /** @type {Error} */ (error).name === "AbortError") throw error;
    throw new ApiProblem({ code: "pages.no-connection", detail: offlineSentence() });
  } finally {
    showLoading(-1);
  }
}

/** @param {Response} response */
async function problemOf(response) {
  try {
    return { status: response.status, ...(await response.json()) };
  } catch {
    return { status: response.status, code: "http.internal", detail: offlineSentence() };
  }
}

/** The sentence stands in the page: without a network it cannot be asked for. */
function offlineSentence() {
  return document.body.dataset.noConnection ?? "";
}

/** @returns {Record<string, string>} */
function token() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta ? { "X-CSRFToken": meta.getAttribute("content") ?? "" } : {};
}

/** Mark the page busy while something is asked; styles show it. @param {number} change */
function showLoading(change) {
  underway += change;
  document.documentElement.classList.toggle("is-loading", underway > 0);
}
