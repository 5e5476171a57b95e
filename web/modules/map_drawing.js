/**
 * Draw the perimeter on the map and turn gestures into edits. The map keeps nothing of its own:
 * each change of the editor is drawn again, each gesture is handed to the editor.
 */

import { toGeometry } from "./draw/geojson.js";
import { cornerName, isPlaced } from "./draw/perimeter.js";
import { snapToLines } from "./draw/snapping.js";

const REACH_PX = 12;
const SAME_SPOT_PX = 4;
const MIDPOINT_ROOM_PX = 56;
const LINE = { color: "#1d4e80", weight: 2.5, interactive: false };
const SURFACE = { ...LINE, fillColor: "#1d4e80", fillOpacity: 0.1 };
const UNSURE = { ...SURFACE, dashArray: "7 5" };
const RUBBER = { ...LINE, weight: 2, dashArray: "4 6" };
const STEPS_M = { plain: 1, shift: 10, ctrl: 100 };
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * Put the drawing on a map.
 *
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 * @param {{editor: object, say: Function, neighbours: () => [number, number][][]}} options
 *     `neighbours` gives the lines (longitude, latitude) to snap to
 */
export const drawOnMap = (map, options) =>
  map.extend((L, leaflet) => new Drawing(L, leaflet, options));

class Drawing {
  constructor(L, leaflet, { editor, say, neighbours }) {
    Object.assign(this, { L, leaflet, editor, say, neighbours });
    this.surface = L.layerGroup().addTo(leaflet);
    this.handles = L.layerGroup().addTo(leaflet);
    this.rubber = L.polyline([], RUBBER);
    this.markers = [];
    this.middles = [];
    this.ring = null; // the outline that clicks add to; null while not drawing
    this.gesture = 0;
    this.listeners = new Set();
    this.listen();
    this.redraw();
  }

  listen() {
    const { leaflet, editor } = this;
    leaflet.on("click", ({ latlng }) => this.click(latlng));
    leaflet.on("dblclick", () => this.stop());
    leaflet.on("mousemove", ({ latlng }) => this.stretch(latlng));
    leaflet.on("zoomend moveend", () => this.redraw());
    leaflet.getContainer().addEventListener("keydown", ({ key }) => key === "Escape" && this.stop());
    editor.subscribe((state, before) => {
      if (state.history !== before.history || state.selected !== before.selected) this.redraw();
    });
  }

  /** Begin to draw: each click on the map adds a corner to an outline. */
  start(ring) {
    this.ring = ring;
    this.leaflet.getContainer().classList.add("is-drawing");
    this.leaflet.doubleClickZoom.disable();
    this.tell();
  }

  /** End drawing; what was drawn stays. */
  stop() {
    if (this.ring === null) return;
    this.ring = null;
    this.rubber.remove();
    this.leaflet.getContainer().classList.remove("is-drawing");
    this.leaflet.doubleClickZoom.enable();
    this.tell();
  }

  isDrawing() {
    return this.ring !== null;
  }

  /** Be told when drawing begins and ends. */
  onDrawing(listener) {
    this.listeners.add(listener);
  }

  tell() {
    for (const listener of this.listeners) listener(this.isDrawing());
  }

  /** Put the keyboard on a corner of the map. */
  focusCorner({ ring, corner }) {
    const found = this.markers.find(({ place }) => place.ring === ring && place.corner === corner);
    found?.getElement().focus();
  }

  /** Place a corner where the cross at the middle of the map stands. */
  addAtCentre(ring) {
    this.editor.addCorner(ring, this.snapped(this.leaflet.getCenter()));
  }

  /** A double click is also two clicks: the second one, on the same spot, adds nothing. */
  click(latlng) {
    if (this.ring === null) return;
    const last = this.placed(this.ring).at(-1);
    const at = this.leaflet.latLngToContainerPoint(latlng);
    if (last && this.toPoint(last).distanceTo(at) < SAME_SPOT_PX) return;
    this.editor.addCorner(this.ring, this.snapped(latlng));
  }

  /** Stretch a line from the last corner to the pointer, and on to the first. */
  stretch(latlng) {
    const corners = this.ring === null ? [] : this.placed(this.ring);
    if (!corners.length) return;
    const line = [corners.at(-1), this.snapped(latlng), ...(corners.length > 1 ? [corners[0]] : [])];
    this.rubber.setLatLngs(line.map(toLatLng)).addTo(this.leaflet);
  }

  /** List the places of an outline, one corner left out when it is being moved. */
  placed(ring, except = null) {
    const corners = this.editor.perimeter().rings[ring]?.corners ?? [];
    return corners.filter((corner, index) => isPlaced(corner) && index !== except).map(toPlace);
  }

  toPoint([lon, lat]) {
    return this.leaflet.latLngToContainerPoint([lat, lon]);
  }

  /** Bring a point to a title, a corner or the grid near it, as the person chose. */
  snapped(latlng, moving = null) {
    const { rings } = this.editor.perimeter();
    if (this.editor.get().snap.near) {
      const own = rings.map((_, r) => this.placed(r, moving?.ring === r ? moving.corner : null));
      const lines = [...this.neighbours(), ...own].map((line) => line.map((place) => this.spot(place)));
      const near = snapToLines(this.leaflet.latLngToContainerPoint(latlng), lines, REACH_PX);
      if (near) return near;
    }
    return this.editor.toGrid([latlng.lng, latlng.lat]);
  }

  spot(lonLat) {
    const { x, y } = this.toPoint(lonLat);
    return { x, y, lonLat };
  }

  redraw() {
    this.redrawSurface();
    this.redrawMarkers();
    this.redrawMiddles();
  }

  redrawSurface() {
    const { L, editor, surface } = this;
    surface.clearLayers();
    const geometry = toGeometry(editor.perimeter());
    const style = editor.geometry() ? SURFACE : UNSURE;
    if (geometry) L.geoJSON(geometry, { style, interactive: false }).addTo(surface);
    editor.perimeter().rings.forEach((_, r) => {
      const line = this.placed(r);
      if (line.length === 2) L.polyline(line.map(toLatLng), LINE).addTo(surface);
    });
  }

  redrawMarkers() {
    const wanted = this.editor.perimeter().rings.flatMap((ring, r) =>
      ring.corners.flatMap((corner, c) => (isPlaced(corner) ? [{ ring: r, corner: c, at: corner }] : [])),
    );
    while (this.markers.length > wanted.length) this.markers.pop().remove();
    wanted.forEach(({ ring, corner, at }, index) => {
      const marker = (this.markers[index] ??= this.makeMarker());
      marker.place = { ring, corner };
      marker.setLatLng([at.lat, at.lon]);
      this.label(marker);
    });
  }

  label(marker) {
    const { ring, corner } = marker.place;
    const { selected } = this.editor.get();
    const perimeter = this.editor.perimeter();
    const name = cornerName(perimeter, ring, corner);
    const isSelected = selected?.ring === ring && selected.corner === corner;
    const element = marker.getElement();
    element.firstElementChild.textContent = name;
    element.setAttribute("aria-label", this.say("draw.corner-on-map", { corner: name }));
    element.setAttribute("aria-pressed", String(isSelected));
    element.classList.toggle("is-selected", isSelected);
    element.classList.toggle("is-exclusion", perimeter.rings[ring].isExclusion);
    marker.setZIndexOffset(isSelected ? 1000 : 0);
  }

  makeMarker() {
    const html = Object.assign(document.createElement("span"), { className: "draw-corner-name" });
    const icon = this.L.divIcon({ className: "draw-corner", html, iconSize: [28, 28] });
    const marker = this.L.marker([0, 0], { icon, draggable: true, keyboard: true, autoPan: true });
    const select = () => this.editor.select(marker.place.ring, marker.place.corner);
    marker.addTo(this.handles);
    marker.on("click", () => {
      if (this.ring === marker.place.ring && marker.place.corner === 0) this.stop();
      else select();
    });
    marker.on("dragstart", () => {
      this.gesture += 1;
      select();
    });
    marker.on("drag", () => {
      const { ring, corner } = marker.place;
      const place = this.snapped(marker.getLatLng(), marker.place);
      this.editor.moveCorner(ring, corner, place, `drag ${this.gesture}`);
    });
    marker.getElement().addEventListener("keydown", (event) => this.markerKey(marker, event));
    marker.getElement().addEventListener("focus", select);
    return marker;
  }

  markerKey({ place: { ring, corner } }, event) {
    if (event.key in ARROWS) {
      const step = event.ctrlKey ? STEPS_M.ctrl : event.shiftKey ? STEPS_M.shift : STEPS_M.plain;
      this.editor.nudge(ring, corner, ARROWS[event.key].map((way) => way * step));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.editor.removeCorner(ring, corner);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Offer a new corner in the middle of each side that is long enough on the screen. */
  redrawMiddles() {
    const hasRoom = ({ from, to }) => this.toPoint(from).distanceTo(this.toPoint(to)) > MIDPOINT_ROOM_PX;
    const wanted = this.editor.perimeter().rings.flatMap(sidesOf).filter(hasRoom);
    while (this.middles.length > wanted.length) this.middles.pop().remove();
    wanted.forEach((side, index) => {
      const middle = (this.middles[index] ??= this.makeMiddle());
      middle.side = side;
      if (!middle.isDragged) middle.setLatLng(toLatLng(side.mid));
    });
  }

  makeMiddle() {
    const icon = this.L.divIcon({ className: "draw-middle", iconSize: [20, 20] });
    const middle = this.L.marker([0, 0], { icon, draggable: true, keyboard: false });
    const insert = (lonLat) => this.editor.addCorner(middle.side.ring, lonLat, middle.side.at);
    middle.addTo(this.handles);
    // The table and the corners are the way without a pointer.
    middle.getElement().setAttribute("aria-hidden", "true");
    middle.on("click", () => insert(middle.side.mid));
    middle.on("dragstart", () => (middle.isDragged = true));
    middle.on("drag", () => {
      const line = [toLatLng(middle.side.from), middle.getLatLng(), toLatLng(middle.side.to)];
      this.rubber.setLatLngs(line).addTo(this.leaflet);
    });
    middle.on("dragend", () => {
      middle.isDragged = false;
      this.rubber.remove();
      insert(this.snapped(middle.getLatLng()));
    });
    return middle;
  }
}

const toPlace = ({ lon, lat }) => [lon, lat];
const toLatLng = ([lon, lat]) => [lat, lon];

/** List the sides of an outline of three corners and more, each with its middle. */
function sidesOf(ring, r) {
  const placed = ring.corners.flatMap((corner, index) => (isPlaced(corner) ? [{ corner, index }] : []));
  if (placed.length < 3) return [];
  return placed.map(({ corner, index }, at) => {
    const [from, to] = [corner, placed[(at + 1) % placed.length].corner].map(toPlace);
    return { ring: r, at: index + 1, from, to, mid: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] };
  });
}
