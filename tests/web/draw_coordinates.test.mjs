import assert from "node:assert/strict";
import { test } from "node:test";

import { parseAngle, printAngle } from "../../web/modules/draw/angles.js";
import { agree, cellTexts, parsePlace, printPlace } from "../../web/modules/draw/cells.js";
import { measure, side } from "../../web/modules/draw/measure.js";
import { parseMgrs, printMgrs } from "../../web/modules/draw/mgrs.js";
import { EMPTY, addRing, makeCorner } from "../../web/modules/draw/perimeter.js";
import { nudge, snapToGrid, snapToLines } from "../../web/modules/draw/snapping.js";
import { fromUtm, toUtm, utmZone, zoneFor } from "../../web/modules/draw/utm.js";

const LEGAL = "EPSG:32631";
const UTM31 = utmZone(LEGAL);
const near = (given, wanted, tolerance) =>
  assert.ok(Math.abs(given - wanted) <= tolerance, `${given} is not ${wanted} ± ${tolerance}`);

test("UTM agrees with PROJ to a tenth of a millimetre and comes back to 1e-11°", () => {
  const [east, north] = toUtm(0.965305555555, 9.14125, UTM31);
  near(east, 276401.11968148046, 1e-4);
  near(north, 1011099.389102719, 1e-4);
  for (let lon = -0.2; lon < 2; lon += 0.17) {
    for (let lat = -12; lat < 12; lat += 0.61) {
      const utm = utmZone(lat < 0 ? "EPSG:32731" : LEGAL);
      const back = fromUtm(...toUtm(lon, lat, utm), utm);
      near(back[0], lon, 1e-11);
      near(back[1], lat, 1e-11);
    }
  }
  assert.equal(utmZone("EPSG:25231"), null);
  assert.equal(zoneFor(-0.2, 11), "EPSG:32630");
});

test("MGRS agrees with the reference implementation and is read back to the metre", () => {
  assert.equal(printMgrs(0.965, 9.14), "31P BL 76366 10961");
  const [lon, lat] = parseMgrs("31PBL7636610961");
  near(lon, 0.965, 1e-5);
  near(lat, 9.14, 1e-5);
  for (const text of ["31PBL", "31PIL7636610961", "99PBL7636610961", "31PBL763661096"]) {
    assert.equal(parseMgrs(text), null, text);
  }
});

test("angles are printed as the language writes them, and carry over at 60", () => {
  assert.equal(printAngle(0.965305555555, "x", "dms", "fr"), "0°57'55,1\" E");
  assert.equal(printAngle(-0.965305555555, "x", "dms", "fr"), "0°57'55,1\" O");
  assert.equal(printAngle(-0.965305555555, "x", "dms", "en"), "0°57'55.1\" W");
  assert.equal(printAngle(8.99999999999, "y", "dms", "fr"), "9°00'00\" N");
  assert.equal(printAngle(9.14125, "y", "dm", "fr"), "9°08,475' N");
  assert.equal(printAngle(9.14125, "y", "dd", "en"), "9.14125");
});

test("what is printed is read back, within what was printed", () => {
  for (const [style, tolerance] of [["dms", 2e-6], ["dm", 1e-7], ["dd", 1e-7]]) {
    for (const language of ["fr", "en"]) {
      for (let value = -1.99; value < 2; value += 0.0471) {
        const text = printAngle(value, "x", style, language);
        near(parseAngle(text, "x", style, language), value, tolerance);
      }
    }
  }
});

test("what is not plain is left to the server", () => {
  for (const text of ["0°61'00\" E", "190°00'00\" E", "9°08'28\" N", "abc", "", "-9°08'28\" E"]) {
    assert.equal(parseAngle(text, "x", "dms", "fr"), null, text);
  }
  assert.equal(parseAngle("5°30'00\" O", "x", "dms", "en"), null, "O is not west in English");
  near(parseAngle("5°30'00\" O", "x", "dms", "fr"), -5.5, 0);
  near(parseAngle("0 57 55,1", "x", "dms", "fr"), 0.9653055555555555, 1e-15);
});

test("correcting one coordinate keeps the other exactly", () => {
  const corner = makeCorner(0.96530551234, 9.14125498765);
  for (const view of [{ style: "dms", crs: "EPSG:4326" }, { style: "dd", crs: "EPSG:4326" }]) {
    const [, y] = printPlace(corner.lon, corner.lat, view, "fr");
    const typed = { ...view, x: view.style === "dms" ? "1°00'00\" E" : "1", y };
    assert.deepEqual(parsePlace(typed, corner, "fr"), [1, corner.lat]);
  }
  const utm = { style: "utm", crs: LEGAL };
  const [, y] = printPlace(corner.lon, corner.lat, utm, "fr");
  const [lon, lat] = parsePlace({ ...utm, x: "276 500", y }, corner, "fr");
  const exact = toUtm(corner.lon, corner.lat, UTM31);
  near(toUtm(lon, lat, UTM31)[1], exact[1], 1e-6);
  near(toUtm(lon, lat, UTM31)[0], 276500, 1e-6);
});

test("thousands by dot are ambiguous and other datums are not ours: both go to the server", () => {
  const blank = makeCorner();
  const utm = { style: "utm", crs: LEGAL };
  assert.equal(parsePlace({ ...utm, x: "276.401", y: "1011099" }, blank, "fr"), null);
  assert.equal(parsePlace({ style: "utm", crs: "EPSG:25231", x: "276401", y: "1011099" }, blank), null);
  assert.notEqual(parsePlace({ ...utm, x: "276401,5", y: "1 011 099" }, blank, "fr"), null);
});

test("a cell keeps its text while its style holds, and prints the place otherwise", () => {
  const typed = { style: "dms", crs: "EPSG:4326", x: "0 57 55,1", y: "9 08 28,5" };
  const corner = makeCorner(0.9653055555555555, 9.14125, { typed });
  assert.deepEqual(cellTexts(corner, { style: "dms", crs: "EPSG:4326" }, "fr"), [typed.x, typed.y]);
  const decimals = cellTexts(corner, { style: "dd", crs: "EPSG:4326" }, "fr");
  assert.deepEqual(decimals, ["0,9653056", "9,14125"]);
  const elsewhere = { style: "utm", crs: "EPSG:25231" };
  assert.deepEqual(cellTexts(corner, elsewhere, "fr"), ["…", "…"]);
});

test("style and system always agree, the last choice decides", () => {
  const options = [
    { code: "EPSG:4326", projected: false },
    { code: LEGAL, projected: true },
  ];
  const degrees = { style: "dd", crs: "EPSG:4326" };
  assert.deepEqual(agree({ ...degrees, style: "utm" }, "style", options, LEGAL), {
    style: "utm",
    crs: LEGAL,
  });
  assert.deepEqual(agree({ style: "utm", crs: "EPSG:4326" }, "crs", options, LEGAL), {
    style: "dms",
    crs: "EPSG:4326",
  });
  assert.equal(agree(degrees, "style", options, LEGAL), degrees);
  assert.deepEqual(agree({ style: "dd", crs: "" }, "style", options, LEGAL), { style: "dd", crs: "" });
});

test("a square of the grid measures exactly, its exclusion comes off", () => {
  const at = (east, north) => makeCorner(...fromUtm(east, north, UTM31));
  const square = (x, y, size) => [at(x, y), at(x + size, y), at(x + size, y + size), at(x, y + size)];
  let perimeter = addRing(EMPTY, false, square(251300, 1010800, 10000));
  near(measure(perimeter, LEGAL).areaHa, 10000, 1e-6);
  near(measure(perimeter, LEGAL).perimeterM, 40000, 1e-5);
  perimeter = addRing(perimeter, true, square(253000, 1012000, 1000));
  near(measure(perimeter, LEGAL).areaHa, 9900, 1e-6);
  const east = side(perimeter.rings[0], 0, LEGAL);
  near(east.lengthM, 10000, 1e-5);
  near(east.bearing, 90, 1e-7);
  near(side(perimeter.rings[0], 3, LEGAL).bearing, 180, 1e-7);
  assert.equal(measure(EMPTY, LEGAL), null);
});

test("grid, corners and sides attract, within reach only", () => {
  const snapped = snapToGrid(fromUtm(251348, 1010761, UTM31), { crs: LEGAL, step_m: 100 });
  const [east, north] = toUtm(...snapped, UTM31);
  near(east, 251300, 1e-6);
  near(north, 1010800, 1e-6);
  assert.deepEqual(snapToGrid([1, 9], null), [1, 9]);
  const line = [
    { x: 0, y: 0, lonLat: [1, 9] },
    { x: 100, y: 0, lonLat: [2, 9] },
  ];
  assert.deepEqual(snapToLines({ x: 4, y: 3 }, [line], 10), [1, 9]);
  assert.deepEqual(snapToLines({ x: 50, y: 6 }, [line], 10), [1.5, 9]);
  assert.equal(snapToLines({ x: 50, y: 11 }, [line], 10), null);
});

test("a nudge moves by metres of the grid", () => {
  const [lon, lat] = nudge(fromUtm(251300, 1010800, UTM31), [10, -1], LEGAL);
  const [east, north] = toUtm(lon, lat, UTM31);
  near(east, 251310, 1e-6);
  near(north, 1010799, 1e-6);
});
