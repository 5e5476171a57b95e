/** Name the UTM zones of WGS 84 by their codes, and move corners into them and back. */

import { fromUtm as unproject, toUtm as project, utmZone as zoneOf } from "../coordinates.js";

const EQUATOR_M = 10000000;

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

/** Name the zone in which a place lies. @returns {string} EPSG code */
export const zoneFor = (lon, lat) => `EPSG:${(lat >= 0 ? 32600 : 32700) + zoneOf(lon)}`;

/**
 * Project longitude and latitude to easting and northing in metres.
 *
 * A place on the other side of the equator keeps the false northing of the zone that is asked.
 *
 * @param {number} lon degrees @param {number} lat degrees
 * @param {{zone: number, south: boolean}} utm
 * @returns {[number, number]} easting, northing
 */
export function toUtm(lon, lat, utm) {
  const { easting, northing, south } = project(lon, lat, utm.zone);
  return [easting, northing + EQUATOR_M * (Number(utm.south) - Number(south))];
}

/** Bring easting and northing in metres back. @returns {[number, number]} longitude, latitude */
export const fromUtm = (east, north, utm) => unproject(utm.zone, utm.south, east, north);
