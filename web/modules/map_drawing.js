/**
 * Draw the perimeter on the map and turn gestures into edits. The map keeps nothing of its own:
 * each change of the editor is drawn again, each gesture is handed to the editor.
 */

import { toGeometry } from "./draw/geojson.js";
import { cornerName, isPlaced } from "./draw/perimeter.js";
import { snapToLines } from "./draw/snapping.js";

const REACH_PX = 12;
const MIDPOINT_ROOM_PX = 56;
const SURFACE = { color: "#1d4e80", weight: 2.5, fillColor: "#1d4e80", fillOpacity: 0.1 };
const UNSURE = { ...SURFACE, dashArray: "7 5" };
/** Room for the controls on the right and the readout below. */
const ROOM = { maxZoom: 15, paddingTopLeft: [32, 32], paddingBottomRight: [72, 56] };
const STEPS_M = { plain: 1, shift: 10, ctrl: 100 };
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * Put the drawing on a map.
 *
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 * @param {{editor: object, say: Function, neighbours: () => number[][][]}} options
 *     `neighbours` gives the lines (longitude, latitude) to snap to
 */
export function drawOnMap(map, { editor, say, neighbours }) {
  return map.extend((L, leaflet) => {
    const surface = L.layerGroup().addTo(leaflet);
    const handles = L.layerGroup().addTo(leaflet);
    const rubber = L.polyline([], { color: "#1d4e80", weight: 2, dashArray: "4 6", interactive: false });
    const markers = [];
    const middles = [];
    let drawing = null;
    let gesture = 0;
    const listeners = new Set();

    const toPoint = ([lon, lat]) => leaflet.latLngToContainerPoint([lat, lon]);
    const toLine = (places) => places.map((lonLat) => ({ ...xy(toPoint(lonLat)), lonLat }));

    /** The lines of the perimeter itself, without the corner that is being moved. */
    function ownLines(except) {
      return editor.perimeter().rings.map((ring, r) => {
        const kept = ring.corners.filter(
          (corner, c) => isPlaced(corner) && !(except && except.ring === r && except.corner === c),
        );
        return kept.map(({ lon, lat }) => [lon, lat]);
      });
    }

    function snapped(latLng, except) {
      const lonLat = [latLng.lng, latLng.lat];
      if (editor.get().snap.near) {
        const lines = [...neighbours(), ...ownLines(except)].map(toLine);
        const near = snapToLines(leaflet.latLngToContainerPoint(latLng), lines, REACH_PX);
        if (near) return near;
      }
      return editor.toGrid(lonLat);
    }

    function redraw() {
      const perimeter = editor.perimeter();
      surface.clearLayers();
      const geometry = toGeometry(perimeter);
      const style = editor.geometry() ? SURFACE : UNSURE;
      if (geometry) L.geoJSON(geometry, { style, interactive: false }).addTo(surface);
      for (const ring of perimeter.rings) {
        const line = ring.corners.filter(isPlaced).map(({ lon, lat }) => [lat, lon]);
        if (line.length === 2) L.polyline(line, { ...SURFACE, interactive: false }).addTo(surface);
      }
      redrawMarkers(perimeter);
      redrawMiddles(perimeter);
    }

    function redrawMarkers(perimeter) {
      const { selected } = editor.get();
      const wanted = perimeter.rings.flatMap((ring, r) =>
        ring.corners.flatMap((corner, c) => (isPlaced(corner) ? [{ r, c, corner }] : [])),
      );
      while (markers.length > wanted.length) markers.pop().remove();
      wanted.forEach(({ r, c, corner }, index) => {
        markers[index] ??= makeMarker();
        const marker = markers[index];
        marker.place = { ring: r, corner: c };
        marker.setLatLng([corner.lat, corner.lon]);
        const name = cornerName(perimeter, r, c);
        const isSelected = selected?.ring === r && selected.corner === c;
        label(marker, name, isSelected, perimeter.rings[r].isExclusion);
      });
    }

    function label(marker, name, isSelected, isExclusion) {
      const element = marker.getElement();
      const text = element.firstElementChild;
      if (text.textContent !== name) text.textContent = name;
      element.setAttribute("aria-label", say("draw.corner-on-map", { corner: name }));
      element.setAttribute("aria-pressed", String(isSelected));
      element.classList.toggle("is-selected", isSelected);
      element.classList.toggle("is-exclusion", isExclusion);
      marker.setZIndexOffset(isSelected ? 1000 : 0);
    }

    function makeMarker() {
      const html = Object.assign(document.createElement("span"), { className: "draw-corner-name" });
      const icon = L.divIcon({ className: "draw-corner", html, iconSize: [28, 28] });
      const marker = L.marker([0, 0], { icon, draggable: true, keyboard: true, autoPan: true });
      marker.addTo(handles);
      marker.on("click", () => clickMarker(marker));
      marker.on("dragstart", () => {
        gesture += 1;
        editor.select(marker.place.ring, marker.place.corner);
      });
      marker.on("drag", () => {
        const { ring, corner } = marker.place;
        editor.moveCorner(ring, corner, snapped(marker.getLatLng(), marker.place), `drag ${gesture}`);
      });
      marker.getElement().addEventListener("keydown", (event) => markerKey(marker, event));
      marker.getElement().addEventListener("focus", () =>
        editor.select(marker.place.ring, marker.place.corner),
      );
      return marker;
    }

    function clickMarker(marker) {
      const { ring, corner } = marker.place;
      if (drawing === ring && corner === 0) stop();
      else editor.select(ring, corner);
    }

    function markerKey(marker, event) {
      const { ring, corner } = marker.place;
      if (event.key in ARROWS) {
        const step = event.ctrlKey ? STEPS_M.ctrl : event.shiftKey ? STEPS_M.shift : STEPS_M.plain;
        editor.nudge(ring, corner, ARROWS[event.key].map((way) => way * step));
      } else if (event.key === "Delete" || event.key === "Backspace") {
        editor.removeCorner(ring, corner);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /** Offer a new corner in the middle of each side that is long enough on the screen. */
    function redrawMiddles(perimeter) {
      const wanted = perimeter.rings.flatMap((ring, r) => sides(ring, r)).filter(hasRoom);
      while (middles.length > wanted.length) middles.pop().remove();
      wanted.forEach((side, index) => {
        middles[index] ??= makeMiddle();
        middles[index].side = side;
        if (!middles[index].isDragged) middles[index].setLatLng(middle(side));
      });
    }

    function hasRoom({ from, to }) {
      const [start, end] = [toPoint(from), toPoint(to)];
      return start.distanceTo(end) > MIDPOINT_ROOM_PX;
    }

    function makeMiddle() {
      const icon = L.divIcon({ className: "draw-middle", iconSize: [20, 20] });
      const marker = L.marker([0, 0], { icon, draggable: true, keyboard: false });
      marker.addTo(handles);
      marker.getElement().setAttribute("aria-hidden", "true");
      marker.on("click", () => insert(marker.side, marker.side.mid));
      marker.on("dragstart", () => (marker.isDragged = true));
      marker.on("drag", () => {
        const { from, to } = marker.side;
        const at = marker.getLatLng();
        rubber.setLatLngs([latLng(from), at, latLng(to)]).addTo(leaflet);
      });
      marker.on("dragend", () => {
        marker.isDragged = false;
        rubber.remove();
        insert(marker.side, snapped(marker.getLatLng()));
      });
      return marker;
    }

    const insert = ({ ring, at }, lonLat) => editor.addCorner(ring, lonLat, at);

    function start(ring) {
      drawing = ring;
      leaflet.getContainer().classList.add("is-drawing");
      leaflet.doubleClickZoom.disable();
      tell();
    }

    function stop() {
      if (drawing === null) return;
      drawing = null;
      rubber.remove();
      leaflet.getContainer().classList.remove("is-drawing");
      leaflet.doubleClickZoom.enable();
      tell();
    }

    function isLast(at) {
      const last = editor.perimeter().rings[drawing]?.corners.filter(isPlaced).at(-1);
      const room = last && toPoint([last.lon, last.lat]).distanceTo(leaflet.latLngToContainerPoint(at));
      return room !== undefined && room < 4;
    }

    const tell = () => listeners.forEach((listener) => listener(drawing !== null));

    leaflet.on("click", ({ latlng }) => {
      // A double click is also two clicks: the second one adds nothing.
      if (drawing !== null && !isLast(latlng)) editor.addCorner(drawing, snapped(latlng));
    });
    leaflet.on("dblclick", stop);
    leaflet.on("mousemove", ({ latlng }) => {
      const corners = (drawing === null ? [] : (editor.perimeter().rings[drawing]?.corners ?? []))
        .filter(isPlaced);
      if (!corners.length) return;
      const ends = corners.length > 1 ? [corners.at(-1), corners[0]] : [corners[0]];
      const [last, first] = ends.map(({ lon, lat }) => [lat, lon]);
      const [lon, lat] = snapped(latlng);
      rubber.setLatLngs(first ? [last, [lat, lon], first] : [last, [lat, lon]]).addTo(leaflet);
    });
    leaflet.getContainer().addEventListener("keydown", ({ key }) => {
      if (key === "Escape") stop();
    });
    leaflet.on("zoomend moveend", redraw);
    editor.subscribe((state, before) => {
      const isSame = state.history === before.history && state.selected === before.selected;
      if (!isSame) redraw();
      if (drawing !== null && state.history !== before.history && !editor.perimeter().rings.length) {
        drawing = 0;
      }
    });
    redraw();

    return {
      start,
      stop,
      isDrawing: () => drawing !== null,
      /** Be told when drawing begins and ends. */
      onDrawing: (listener) => listeners.add(listener),
      /** Put the keyboard on a corner of the map. */
      focusCorner({ ring, corner }) {
        markers
          .find(({ place }) => place.ring === ring && place.corner === corner)
          ?.getElement()
          .focus();
      },
      /** Place a corner where the cross at the middle of the map stands. */
      addAtCentre(ring) {
        editor.addCorner(ring, snapped(leaflet.getCenter()));
      },
    };
  });
}

/**
 * Show what a check answers: overlaps hatched, the geometry of a finding, a proposal dashed.
 *
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 */
export function showAnswers(map) {
  return map.extend((L, leaflet) => {
    const overlaps = L.layerGroup().addTo(leaflet);
    const proposal = L.layerGroup().addTo(leaflet);
    const spot = L.layerGroup().addTo(leaflet);
    const asPoint = (_feature, at) =>
      L.circleMarker(at, { radius: 9, color: "#14110a", weight: 2, fillColor: "#f6c445", fillOpacity: 0.9 });
    const put = (group, geometry, style) => {
      const layer = L.geoJSON(geometry, { style, interactive: false, pointToLayer: asPoint });
      return layer.addTo(group);
    };
    return {
      overlaps(list) {
        overlaps.clearLayers();
        for (const { geometry, technical, blocking } of list) {
          const hatch = blocking && !technical ? "block" : "warn";
          const color = hatch === "block" ? "#a31621" : "#8a5208";
          const style = { color, weight: 2, fillColor: `url(#draw-hatch-${hatch})`, fillOpacity: 1 };
          if (geometry) put(overlaps, geometry, style);
        }
      },
      proposal(geometry) {
        proposal.clearLayers();
        const style = { color: "#0d4a38", weight: 3.5, dashArray: "10 6", fillColor: "#0d4a38", fillOpacity: 0.12 };
        if (geometry) put(proposal, geometry, style);
      },
      /** Bring a geometry into view. */
      frame: (geometry) => leaflet.fitBounds(L.geoJSON(geometry).getBounds(), ROOM),
      /** Mark a geometry and bring it into view, with room around it. */
      goTo(geometry) {
        spot.clearLayers();
        const layer = put(spot, geometry, { color: "#14110a", weight: 4, fillColor: "#f6c445", fillOpacity: 0.5 });
        leaflet.fitBounds(layer.getBounds().pad(0.6), { maxZoom: 15 });
        setTimeout(() => spot.removeLayer(layer), 6000);
      },
    };
  });
}

const xy = ({ x, y }) => ({ x, y });
const latLng = ([lon, lat]) => [lat, lon];
const middle = ({ mid: [lon, lat] }) => [lat, lon];

function sides(ring, r) {
  const placed = ring.corners.flatMap((corner, index) => (isPlaced(corner) ? [{ corner, index }] : []));
  if (placed.length < 3) return [];
  return placed.map(({ corner, index }, at) => {
    const next = placed[(at + 1) % placed.length].corner;
    const [from, to] = [corner, next].map(({ lon, lat }) => [lon, lat]);
    const mid = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    return { ring: r, at: index + 1, from, to, mid };
  });
}
