/** Say coded facts in the page's language, from the sentences the server put in the page. */

/**
 * Make the function that says a code with its values.
 * @param {Record<string, string>} sentences code to template, `{name}` for values
 * @param {string} language "fr" or "en"
 * @returns {(code: string, values?: Record<string, unknown>) => string}
 */
export function sayer(sentences, language) {
  const write = writer(language);
  return (code, values = {}) => {
    const template = sentences[code] ?? code;
    return template.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? write(values[name]) : hole));
  };
}

/**
 * Make the function that writes a value in the manner of a language.
 * @param {string} language
 * @returns {(value: unknown) => string}
 */
export function writer(language) {
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
  return (value) => {
    if (value === null || value === undefined) return "—";
    return typeof value === "number" ? numbers.format(value) : String(value);
  };
}

/**
 * Give the locale of a language: English as the region writes it, the day before the month.
 * @param {string} language "fr" or "en"
 */
export function localeOf(language) {
  return language === "en" ? "en-GB" : language;
}

/**
 * Make the function that writes a fact of the register: numbers to two decimals, ISO days in words.
 * @param {string} language
 * @returns {(value: unknown) => string}
 */
export function valueWriter(language) {
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const days = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "long", timeZone: "UTC" });
  const instants = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "long", timeStyle: "medium" });
  return (value) => {
    if (typeof value === "number") return numbers.format(value);
    const text = String(value);
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return days.format(new Date(text));
    if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return instants.format(new Date(text));
    return text;
  };
}

/**
 * Read what the server put in the page for its script: `<script type="application/json" id=…>`.
 * @param {string} id
 * @returns {any} the value, null when the page holds no such element
 */
export function embedded(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent ?? "null") : null;
}
