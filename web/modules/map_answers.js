/** Show on the map what a check answers: overlaps hatched, a proposal dashed, the place of a finding. */

/** Room for the controls on the right and the readout below. */
const ROOM = { maxZoom: 15, paddingTopLeft: [32, 32], paddingBottomRight: [72, 56] };
const SPOT_MS = 6000;
const STYLES = {
  block: { color: "#a31621", weight: 2, fillColor: "url(#draw-hatch-block)", fillOpacity: 1 },
  warn: { color: "#8a5208", weight: 2, fillColor: "url(#draw-hatch-warn)", fillOpacity: 1 },
  proposal: { color: "#0d4a38", weight: 3.5, dashArray: "10 6", fillColor: "#0d4a38", fillOpacity: 0.12 },
  spot: { color: "#14110a", weight: 4, fillColor: "#f6c445", fillOpacity: 0.5, radius: 9 },
};

/**
 * Put the answers over a map.
 *
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 */
export function showAnswers(map) {
  return map.extend((L, leaflet) => {
    const [overlaps, proposal, spot] = [0, 1, 2].map(() => L.layerGroup().addTo(leaflet));
    const pointToLayer = (_feature, at) => L.circleMarker(at, STYLES.spot);
    const put = (group, geometry, style) =>
      L.geoJSON(geometry, { style, interactive: false, pointToLayer }).addTo(group);
    return {
      /** Hatch the ground shared with others. */
      overlaps(list) {
        overlaps.clearLayers();
        for (const { geometry, technical, blocking } of list) {
          if (geometry) put(overlaps, geometry, STYLES[blocking && !technical ? "block" : "warn"]);
        }
      },
      /** Draw a proposed ground dashed; null takes it away. */
      proposal(geometry) {
        proposal.clearLayers();
        if (geometry) put(proposal, geometry, STYLES.proposal);
      },
      /** Bring a geometry into view. */
      frame: (geometry) => leaflet.fitBounds(L.geoJSON(geometry).getBounds(), ROOM),
      /** Mark a geometry for a while and bring it into view, with room around it. */
      goTo(geometry) {
        spot.clearLayers();
        const layer = put(spot, geometry, STYLES.spot);
        leaflet.fitBounds(layer.getBounds().pad(0.6), ROOM);
        setTimeout(() => spot.removeLayer(layer), SPOT_MS);
      },
    };
  });
}
