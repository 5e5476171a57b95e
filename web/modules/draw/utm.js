/**
 * Move WGS 84 corners to UTM metres and back, to well under a millimetre.
 *
 * Krüger's series to the fourth order of the third flattening (Karney 2011): enough inside a
 * zone, and small enough to travel with the page. Other datums are left to the server.
 */

const A = 6378137;
const F = 1 / 298.257223563;
const E = Math.sqrt(F * (2 - F));
const K0 = 0.9996;
const N = F / (2 - F);
const MEAN_RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const FORWARD = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16 + (41 * N ** 4) / 180,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5 + (557 * N ** 4) / 1440,
  (61 * N ** 3) / 240 - (103 * N ** 4) / 140,
  (49561 * N ** 4) / 161280,
];
const BACK = [
  N / 2 - (2 * N ** 2) / 3 + (37 * N ** 3) / 96 - N ** 4 / 360,
  N ** 2 / 48 + N ** 3 / 15 - (437 * N ** 4) / 1440,
  (17 * N ** 3) / 480 - (37 * N ** 4) / 840,
  (4397 * N ** 4) / 161280,
];
const RADIANS = Math.PI / 180;

/**
 * Read a UTM zone out of an EPSG code of WGS 84; null for any other system.
 *
 * @param {string} crs for example `EPSG:32631`
 * @returns {{zone: number, south: boolean}|null}
 */
export function utmZone(crs) {
  const found = /^EPSG:32([67])(\d\d)$/.exec(crs || "");
  const zone = found ? Number(found[2]) : 0;
  return zone >= 1 && zone <= 60 ? { zone, south: found[1] === "7" } : null;
}

/**
 * Name the zone in which a place lies (plain zones of six degrees).
 *
 * @param {number} lon degrees @param {number} lat degrees
 * @returns {string} EPSG code
 */
export function zoneFor(lon, lat) {
  const zone = Math.min(Math.max(Math.floor((lon + 180) / 6) + 1, 1), 60);
  return `EPSG:${(lat >= 0 ? 32600 : 32700) + zone}`;
}

/**
 * Project longitude and latitude to easting and northing in metres.
 *
 * @param {number} lon degrees @param {number} lat degrees
 * @param {{zone: number, south: boolean}} utm
 * @returns {[number, number]} easting, northing
 */
export function toUtm(lon, lat, utm) {
  const lambda = (lon - (utm.zone * 6 - 183)) * RADIANS;
  const sine = Math.sin(lat * RADIANS);
  const conformal = Math.sinh(Math.atanh(sine) - E * Math.atanh(E * sine));
  let xi = Math.atan2(conformal, Math.cos(lambda));
  let eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
  const [xi0, eta0] = [xi, eta];
  FORWARD.forEach((alpha, index) => {
    const order = 2 * (index + 1);
    xi += alpha * Math.sin(order * xi0) * Math.cosh(order * eta0);
    eta += alpha * Math.cos(order * xi0) * Math.sinh(order * eta0);
  });
  return [500000 + K0 * MEAN_RADIUS * eta, (utm.south ? 1e7 : 0) + K0 * MEAN_RADIUS * xi];
}

/**
 * Bring easting and northing in metres back to longitude and latitude.
 *
 * @param {number} east @param {number} north
 * @param {{zone: number, south: boolean}} utm
 * @returns {[number, number]} degrees, longitude first
 */
export function fromUtm(east, north, utm) {
  let xi = (north - (utm.south ? 1e7 : 0)) / (K0 * MEAN_RADIUS);
  let eta = (east - 500000) / (K0 * MEAN_RADIUS);
  const [xi0, eta0] = [xi, eta];
  BACK.forEach((beta, index) => {
    const order = 2 * (index + 1);
    xi -= beta * Math.sin(order * xi0) * Math.cosh(order * eta0);
    eta -= beta * Math.cos(order * xi0) * Math.sinh(order * eta0);
  });
  const tangent = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  const lon = utm.zone * 6 - 183 + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RADIANS;
  return [lon, Math.atan(geodeticTangent(tangent)) / RADIANS];
}

function geodeticTangent(conformal) {
  let tau = conformal / (1 - E * E);
  for (let turn = 0; turn < 6; turn += 1) {
    const secant = Math.hypot(1, tau);
    const sigma = Math.sinh(E * Math.atanh((E * tau) / secant));
    const reached = tau * Math.hypot(1, sigma) - sigma * secant;
    const step =
      ((conformal - reached) * (1 + (1 - E * E) * tau * tau)) /
      ((1 - E * E) * Math.hypot(1, reached) * secant);
    tau += step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(tau))) break;
  }
  return tau;
}
