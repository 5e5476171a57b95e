import assert from "node:assert/strict";
import { test } from "node:test";

import { fromUtm, toUtm, utmZone, writeDms, writeUtm } from "../../web/modules/coordinates.js";
import { inReadingOrder, mergePieces, tileAt, tileBox } from "../../web/modules/map_features.js";
import { readFragment, writeFragment } from "../../web/modules/permalink.js";
import { sayer, valueWriter } from "../../web/modules/sentences.js";

// Given by PROJ (pyproj 3.7): longitude, latitude, zone, easting, northing.
const KNOWN = [
  [0.95, 8.5, 31, 274329.0977, 940171.2286],
  [-0.05, 10.9, 30, 822510.6911, 1206493.4363],
  [5.99, 45.0, 31, 735657.8721, 4987300.346],
  [29.2, -4.3, 35, 744180.1527, 9524360.2257],
];

test("UTM agrees with PROJ to a millimetre, in the zone of the longitude", () => {
  for (const [lon, lat, zone, easting, northing] of KNOWN) {
    const utm = toUtm(lon, lat);
    assert.equal(utm.zone, zone);
    assert.ok(Math.abs(utm.easting - easting) < 1e-3, `${utm.easting}`);
    assert.ok(Math.abs(utm.northing - northing) < 1e-3, `${utm.northing}`);
    const [backLon, backLat] = fromUtm(zone, lat < 0, utm.easting, utm.northing);
    assert.ok(Math.abs(backLon - lon) < 1e-10 && Math.abs(backLat - lat) < 1e-10);
  }
});

test("the zone changes at Greenwich, in the north-west of Togo", () => {
  assert.equal(utmZone(-0.0001), 30);
  assert.equal(utmZone(0), 31);
  assert.equal(utmZone(180), 60);
});

test("degrees are written as each language does, minutes never reach 60", () => {
  assert.equal(writeDms(0.95, 8.5, "fr"), `8°30'00,0" N  0°57'00,0" E`);
  assert.equal(writeDms(-0.1, 8.5, "fr"), `8°30'00,0" N  0°06'00,0" O`);
  assert.equal(writeDms(-0.1, -8.5, "en"), `8°30'00.0" S  0°06'00.0" W`);
  assert.equal(writeDms(0, 8.99999999, "en"), `9°00'00.0" N  0°00'00.0" E`);
  assert.equal(writeUtm(0.95, 8.5), "31N  274 329 E  940 171 N");
});

test("an address gives the same view back", () => {
  const view = { zoom: 9, lat: 8.5, lon: 0.95, picked: { collection: "titles", id: "01/2018 é" } };
  assert.deepEqual(readFragment(writeFragment(view)), view);
  assert.deepEqual(readFragment(writeFragment({ ...view, picked: null })), { ...view, picked: null });
  for (const wrong of ["", "#main", "#9/8", "#99/8/1", "#9/91/1", "#9/x/1", "#//"]) {
    assert.equal(readFragment(wrong), null, wrong);
  }
  assert.equal(readFragment("#9/8.5/0.95/titles/%E0%A4%A").picked.id, "%E0%A4%A");
});

test("a feature cut by tiles is listed once, with its whole box", () => {
  const pieces = [
    { collection: "titles", id: "1", box: [0, 8, 1, 9] },
    { collection: "titles", id: "1", box: [1, 8, 2, 9] },
    { collection: "zones", id: "1", box: [0, 8, 1, 9] },
    { collection: "titles", id: "far", box: [5, 5, 6, 6] },
  ];
  const merged = mergePieces(pieces, [0.5, 8, 1.5, 9]);
  assert.deepEqual(merged.map(({ collection, id }) => `${collection} ${id}`), ["titles 1", "zones 1"]);
  assert.deepEqual(merged[0].box, [0, 8, 2, 9]);
});

test("a list is read from north to south, then from west to east", () => {
  const at = (id, lon, lat) => ({ collection: "titles", id, box: [lon, lat, lon, lat] });
  const order = inReadingOrder([at("se", 2, 6), at("ne", 2, 11), at("nw", 1, 10.9), at("sw", 1, 6)]);
  assert.deepEqual(order.map(({ id }) => id), ["nw", "ne", "sw", "se"]);
  assert.deepEqual(inReadingOrder([]), []);
});

test("a tile's pixels are placed on the ground", () => {
  const [west, south, east, north] = tileBox({ x: 0, y: 0, z: 0 }, 512)({ minX: 0, minY: 0, maxX: 512, maxY: 512 });
  assert.deepEqual([west, east], [-180, 180]);
  assert.deepEqual(tileAt(8.9, 0.95, 9), { x: 257, y: 243, z: 9 });
  assert.ok(Math.abs(north - 85.0511) < 1e-4 && Math.abs(south + 85.0511) < 1e-4);
});

test("sentences and values are written in the language", () => {
  const say = sayer({ "map.count": "{count} résultats" }, "fr");
  assert.equal(say("map.count", { count: 1234.5 }).replace(/\s/g, " "), "1 234,5 résultats");
  assert.equal(say("map.unknown"), "map.unknown");
  assert.equal(valueWriter("fr")("2026-11-24"), "24 novembre 2026");
  assert.equal(valueWriter("en")(8187.9599), "8,187.96");
  assert.equal(valueWriter("en")("PR-1"), "PR-1");
});
