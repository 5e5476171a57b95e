/**
 * Write and read positions as people do: DMS, UTM, decimal degrees (WGS 84, lon first in code).
 *
 * UTM by Krüger's series to the sixth order of n: better than a millimetre within the zone; the
 * server remains the authority for anything recorded.
 */

const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const SCALE = 0.9996;
const FALSE_EASTING_M = 500000;
const FALSE_NORTHING_SOUTH_M = 10000000;
const N = FLATTENING / (2 - FLATTENING);
const RECTIFYING_M = (SEMI_MAJOR_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
];
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - N ** 4 / 360,
  N ** 2 / 48 + N ** 3 / 15 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161280) * N ** 4,
];
const radians = (/** @type {number} */ degrees) => (degrees * Math.PI) / 180;
const degrees = (/** @type {number} */ angle) => (angle * 180) / Math.PI;

/** Give the UTM zone of a longitude. @param {number} lon */
export function utmZone(lon) {
  return Math.min(60, Math.floor((lon + 180) / 6) + 1);
}

/**
 * Project to UTM.
 * @param {number} lon degrees
 * @param {number} lat degrees
 * @param {number} [zone] the longitude's own when not given
 * @returns {{zone: number, south: boolean, easting: number, northing: number}} metres
 */
export function toUtm(lon, lat, zone = utmZone(lon)) {
  const away = radians(lon - (zone * 6 - 183));
  const sine = Math.sin(radians(lat));
  const conformal = Math.sinh(Math.atanh(sine) - ECCENTRICITY * Math.atanh(ECCENTRICITY * sine));
  const xi = Math.atan2(conformal, Math.cos(away));
  const eta = Math.asinh(Math.sin(away) / Math.hypot(conformal, Math.cos(away)));
  let [x, y] = [eta, xi];
  ALPHA.forEach((a, i) => {
    const k = 2 * (i + 1);
    x += a * Math.cos(k * xi) * Math.sinh(k * eta);
    y += a * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  const south = lat < 0;
  return {
    zone,
    south,
    easting: FALSE_EASTING_M + SCALE * RECTIFYING_M * x,
    northing: (south ? FALSE_NORTHING_SOUTH_M : 0) + SCALE * RECTIFYING_M * y,
  };
}

/**
 * Give longitude and latitude of a UTM position.
 * @param {number} zone
 * @param {boolean} south
 * @param {number} easting metres
 * @param {number} northing metres
 * @returns {[number, number]} lon, lat in degrees
 */
export function fromUtm(zone, south, easting, northing) {
  const y = (northing - (south ? FALSE_NORTHING_SOUTH_M : 0)) / (SCALE * RECTIFYING_M);
  const x = (easting - FALSE_EASTING_M) / (SCALE * RECTIFYING_M);
  let [xi, eta] = [y, x];
  BETA.forEach((b, i) => {
    const k = 2 * (i + 1);
    xi -= b * Math.sin(k * y) * Math.cosh(k * x);
    eta -= b * Math.cos(k * y) * Math.sinh(k * x);
  });
  const conformal = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  let tangent = conformal;
  for (let turn = 0; turn < 6; turn += 1) tangent = nextTangent(tangent, conformal);
  const lon = zone * 6 - 183 + degrees(Math.atan2(Math.sinh(eta), Math.cos(xi)));
  return [lon, degrees(Math.atan(tangent))];
}

/** One step of Newton's method from conformal to geographic latitude (Karney 2011, eq. 19–21). */
function nextTangent(/** @type {number} */ tangent, /** @type {number} */ wanted) {
  const hyp = Math.hypot(1, tangent);
  const sigma = Math.sinh(ECCENTRICITY * Math.atanh((ECCENTRICITY * tangent) / hyp));
  const reached = tangent * Math.hypot(1, sigma) - sigma * hyp;
  const slope = 1 - ECCENTRICITY ** 2;
  return (
    tangent +
    ((wanted - reached) / Math.hypot(1, reached)) *
      ((1 + slope * tangent ** 2) / (slope * hyp))
  );
}

/**
 * Write a position in degrees, minutes and seconds.
 * @param {number} lon
 * @param {number} lat
 * @param {string} language the French west is O
 * @param {number} [decimals] of the seconds
 * @returns {string} latitude first, as on maps
 */
export function writeDms(lon, lat, language, decimals = 1) {
  const west = language === "fr" ? "O" : "W";
  const comma = (/** @type {string} */ text) => (language === "fr" ? text.replace(".", ",") : text);
  return [
    comma(oneDms(lat, decimals)) + (lat < 0 ? " S" : " N"),
    comma(oneDms(lon, decimals)) + (lon < 0 ? ` ${west}` : " E"),
  ].join("  ");
}

/** @param {number} value @param {number} decimals */
function oneDms(value, decimals) {
  const unit = 10 ** decimals;
  const total = Math.round(Math.abs(value) * 3600 * unit);
  const seconds = (total % (60 * unit)) / unit;
  const minutes = Math.floor(total / (60 * unit)) % 60;
  const whole = Math.floor(total / (3600 * unit));
  const wide = decimals > 0 ? decimals + 3 : 2;
  return `${whole}°${String(minutes).padStart(2, "0")}'${seconds.toFixed(decimals).padStart(wide, "0")}"`;
}

/**
 * Write a position in UTM, to the metre.
 * @param {number} lon
 * @param {number} lat
 * @returns {string} such as "31N 281 412 E 963 775 N"
 */
export function writeUtm(lon, lat) {
  const { zone, south, easting, northing } = toUtm(lon, lat);
  return `${zone}${south ? "S" : "N"}  ${inThousands(easting)} E  ${inThousands(northing)} N`;
}

/** @param {number} metres */
function inThousands(metres) {
  return String(Math.round(metres)).replace(/\B(?=(\d{3})+$)/g, " ");
}
