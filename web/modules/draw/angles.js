/** Write and read longitudes and latitudes the way people of the language write them. */

const HEMISPHERES = { fr: { x: ["E", "O"], y: ["N", "S"] }, en: { x: ["E", "W"], y: ["N", "S"] } };
const DEGREE = "\\s*[°º]\\s*";
const MINUTE = "\\s*['′’]\\s*";
const SECOND = "\\s*(?:[\"″”]|''|’’|′′)\\s*";
const HEAD = "^([+-]?)(\\d{1,3})";
const FRACTION = "(?:[.,]\\d{1,9})?";
const TAIL = "\\s*([NSEWO]?)$";
const FORMS = {
  dms: [
    new RegExp(`${HEAD}${DEGREE}(\\d{1,2})${MINUTE}(\\d{1,2}${FRACTION})(?:${SECOND})?${TAIL}`, "i"),
    new RegExp(`${HEAD}\\s+(\\d{1,2})\\s+(\\d{1,2}${FRACTION})${TAIL}`, "i"),
  ],
  dm: [
    new RegExp(`${HEAD}${DEGREE}(\\d{1,2}${FRACTION})(?:${MINUTE})?${TAIL}`, "i"),
    new RegExp(`${HEAD}\\s+(\\d{1,2}${FRACTION})${TAIL}`, "i"),
  ],
  dd: [new RegExp(`${HEAD.replace("})", `}${FRACTION})`)}\\s*°?${TAIL}`, "i")],
};
const LIMIT = { x: 180, y: 90 };

/** Write a number with the decimal sign of the language and no needless zeros. */
export function plainNumber(value, decimals, language) {
  const text = value.toFixed(decimals).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  return language === "fr" ? text.replace(".", ",") : text;
}

const pad = (text, sign) => (text.search(/[.,]|$/) < 2 ? `0${text}` : text) + sign;

/**
 * Write an angle.
 *
 * @param {number} value degrees, east and north positive
 * @param {"x"|"y"} axis @param {"dms"|"dm"|"dd"} style @param {"fr"|"en"} language
 * @returns {string} for example `0°57'55,1" E`
 */
export function printAngle(value, axis, style, language) {
  if (style === "dd") return plainNumber(value, 7, language).replace(/^-(0)$/, "$1");
  const hemisphere = HEMISPHERES[language][axis][value < 0 ? 1 : 0];
  const [perDegree, decimals] = style === "dms" ? [3600, 2] : [60, 5];
  // Count in the smallest printed unit first, so that 59,999″ becomes the next minute.
  const scale = 10 ** decimals;
  const ticks = Math.round(Math.abs(value) * perDegree * scale);
  const degrees = Math.floor(ticks / (perDegree * scale));
  const rest = (ticks - degrees * perDegree * scale) / scale;
  if (style === "dm") return `${degrees}°${pad(plainNumber(rest, 5, language), "'")} ${hemisphere}`;
  const minutes = Math.floor(rest / 60 + 1e-9);
  const seconds = plainNumber(Math.max(rest - minutes * 60, 0), 2, language);
  return `${degrees}°${pad(String(minutes), "'")}${pad(seconds, '"')} ${hemisphere}`;
}

/**
 * Read an angle that is written plainly; null for anything that the server should judge.
 *
 * @returns {number|null} degrees
 */
export function parseAngle(text, axis, style, language) {
  const clean = text.replace(/[\u00a0\u202f]/g, " ").replace(/^[−–]/, "-").trim();
  for (const form of FORMS[style] ?? []) {
    const found = form.exec(clean);
    if (!found) continue;
    const parts = found.slice(2, -1).map((part) => Number(part.replace(",", ".")));
    if (parts.slice(1).some((part) => part >= 60)) return null;
    const size = parts.reduce((sum, part, index) => sum + part / 60 ** index, 0);
    return signed(size, found[1], found.at(-1).toUpperCase(), axis, language);
  }
  return null;
}

function signed(size, sign, hemisphere, axis, language) {
  if (size > LIMIT[axis]) return null;
  if (!hemisphere) return sign === "-" ? -size : size;
  const side = HEMISPHERES[language][axis].indexOf(hemisphere);
  if (side < 0 || sign) return null;
  return side ? -size : size;
}
