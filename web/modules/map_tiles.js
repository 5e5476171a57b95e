/** Read the register's vector tiles: paint them, and tell what lies at a point or in view. */

import L from "leaflet";
import { leafletLayer } from "protomaps-leaflet";

import { inReadingOrder, mergePieces, tileAt, tileBox } from "./map_features.js";
import { atMoment } from "./moment.js";
import { GROUND, SWITCHES, labelRules, paintRules } from "./map_rules.js";

const ADDRESS = "/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}";
const DEEPEST_TILE = 14;
const PICKABLE = ["works", "applications", "titles", "zones"];
const TOUCH_PX = 12;

/**
 * Make the layer of tiles and the questions it answers.
 * @param {import("./map.js").MapOptions} options
 */
export function registerTiles(options) {
  // protomaps-leaflet extends the global L when its layer is made.
  /** @type {any} */ (globalThis).L = L;
  const on = new Set(SWITCHES);
  const isOn = (/** @type {string} */ name) => on.has(name) || !SWITCHES.includes(name);
  const places = new Map(options.kinds.map((kind, i) => [kind.id, i]));
  const letters = new Map(options.kinds.map((kind) => [kind.id, kind.letters]));
  const placeOfKind = (/** @type {string} */ kind) => places.get(kind) ?? places.size;
  const letterOfKind = (/** @type {string} */ kind) => letters.get(kind) ?? "";
  const layer = /** @type {any} */ (leafletLayer)({
    url: atMoment(ADDRESS, options.moment), maxDataZoom: DEEPEST_TILE, attribution: "", backgroundColor: GROUND,
    paintRules: paintRules({ placeOfKind, isOn }),
    labelRules: labelRules({ isOn, letterOfKind, placeOfKind }),
    lang: options.language,
  });
  const cache = () => [...layer.views.values()][0].tileCache;
  const redraw = () => {
    layer.clearLayout();
    layer.rerenderTiles();
  };

  return {
    layer,
    /** @param {number} lat @param {number} lon @param {number} zoom */
    async at(lat, lon, zoom) {
      // The picture may still be that of another scale: the tile asked about must have come.
      await cache().get(tileAt(lat, lon, depthOf(zoom)));
      const found = [...layer.queryTileFeaturesDebug(lon, lat, TOUCH_PX).values()].flat();
      return found
        .filter(({ layerName }) => PICKABLE.includes(layerName) && isOn(layerName))
        .map(({ layerName, feature }) => ({ collection: layerName, size: sizeOf(feature), ...feature.props }))
        .sort((a, b) => PICKABLE.indexOf(a.collection) - PICKABLE.indexOf(b.collection) || a.size - b.size);
    },
    /** @param {L.LatLngBounds} bounds @param {number} zoom */
    within(bounds, zoom) {
      const depth = depthOf(zoom);
      const pieces = [];
      for (const [key, entry] of cache().cache) {
        const [x, y, z] = key.split(":").map(Number);
        if (z === depth) pieces.push(...piecesOf(entry.data, { x, y, z }, cache().tileSize));
      }
      const view = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      return inReadingOrder(mergePieces(pieces.filter((piece) => isOn(piece.collection)), view));
    },
    /** @param {string} name @param {boolean} shown */
    setLayer(name, shown) {
      if (shown) on.add(name);
      else on.delete(name);
      redraw();
    },
    refresh() {
      cache().cache.clear();
      redraw();
    },
    /** @param {() => void} listener */
    onLoaded: (listener) => layer.on("load", listener),
  };
}

/** @param {Map<string, any[]>} data @param {{x: number, y: number, z: number}} tile @param {number} size */
function piecesOf(data, tile, size) {
  const toBox = tileBox(tile, size);
  return PICKABLE.flatMap((collection) =>
    (data.get(collection) ?? []).map((feature) => ({ collection, ...feature.props, box: toBox(feature.bbox) })),
  );
}

/** Tiles of data are twice as wide as those of the picture. @param {number} zoom */
function depthOf(zoom) {
  return Math.min(Math.max(zoom - 1, 0), DEEPEST_TILE);
}

/** @param {any} feature */
function sizeOf({ bbox }) {
  return (bbox.maxX - bbox.minX) * (bbox.maxY - bbox.minY);
}
