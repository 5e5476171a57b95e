/**
 * The perimeter being drawn: rings of corners that are never changed, only replaced.
 *
 * A corner keeps where it is (`lon`, `lat`, degrees on WGS 84, null until understood), the text
 * of its cells as typed or printed (`typed`, valid for one style and one system), a label, and a
 * `fault` when its text was not understood; `pending` while the server has still to read
 * it, a `remark` when it was read with a repair or a doubt. Map and table are both drawn from this one value.
 *
 * @typedef {{style: string, crs: string, x: string, y: string}} Typed
 * @typedef {{lon: ?number, lat: ?number, label: string, typed: ?Typed, fault: ?string,
 *   remark: ?string, pending: boolean}} Corner
 * @typedef {{isExclusion: boolean, corners: Corner[]}} Ring
 * @typedef {{rings: Ring[], source: ?object}} Perimeter
 */

/** @type {Perimeter} */
export const EMPTY = Object.freeze({ rings: Object.freeze([]), source: null });

/** Make a corner at a place. @returns {Corner} */
export function makeCorner(lon = null, lat = null, rest = {}) {
  return { lon, lat, label: "", typed: null, fault: null, remark: null, pending: false, ...rest };
}

/** Tell whether a corner has a place on the ground. */
export const isPlaced = (corner) => corner.lon !== null && corner.lat !== null;

/** Tell whether nothing was written in a corner yet: a fresh row, left out of everything. */
export const isBlank = (corner) =>
  !isPlaced(corner) && !(corner.typed && (corner.typed.x.trim() || corner.typed.y.trim()));

const replaceAt = (list, index, item) => list.map((old, at) => (at === index ? item : old));
const insertAt = (list, index, item) => [...list.slice(0, index), item, ...list.slice(index)];
const withoutAt = (list, index) => list.filter((_, at) => at !== index);

/** Any edit parts the perimeter from the document it was read from. */
const edited = (rings) => ({ rings, source: null });

function editRing(perimeter, ring, change) {
  const old = perimeter.rings[ring];
  return edited(replaceAt(perimeter.rings, ring, { ...old, corners: change(old.corners) }));
}

/** Add an empty ring. @returns {Perimeter} */
export function addRing(perimeter, isExclusion = false, corners = []) {
  return edited([...perimeter.rings, { isExclusion, corners }]);
}

/** Take a ring away. @returns {Perimeter} */
export const removeRing = (perimeter, ring) => edited(withoutAt(perimeter.rings, ring));

/** Add a corner to a ring, at the end unless told where. @returns {Perimeter} */
export function addCorner(perimeter, ring, corner, at = Infinity) {
  const base = perimeter.rings.length ? perimeter : addRing(perimeter);
  return editRing(base, ring, (corners) => insertAt(corners, Math.min(at, corners.length), corner));
}

/** Put a corner elsewhere; what was typed for the old place is dropped. @returns {Perimeter} */
export function moveCorner(perimeter, ring, index, [lon, lat]) {
  return editRing(perimeter, ring, (corners) =>
    replaceAt(corners, index, {
      ...corners[index], lon, lat, typed: null, fault: null, remark: null, pending: false,
    }),
  );
}

/** Change some facts of a corner (label, typed text, place, fault). @returns {Perimeter} */
export function changeCorner(perimeter, ring, index, facts) {
  return editRing(perimeter, ring, (corners) =>
    replaceAt(corners, index, { ...corners[index], ...facts }),
  );
}

/** Take a corner away; an exclusion that loses its last corner goes with it. */
export function removeCorner(perimeter, ring, index) {
  const left = editRing(perimeter, ring, (corners) => withoutAt(corners, index));
  return left.rings[ring].corners.length ? left : removeRing(left, ring);
}

/** Exchange a corner with its neighbour (`step` -1 up, 1 down). @returns {Perimeter} */
export function shiftCorner(perimeter, ring, index, step) {
  const { corners } = perimeter.rings[ring];
  const other = index + step;
  if (other < 0 || other >= corners.length) return perimeter;
  return editRing(perimeter, ring, () =>
    replaceAt(replaceAt(corners, index, corners[other]), other, corners[index]),
  );
}

/** Number a corner over all rings from 1, as the sentences of the check do. */
export function cornerNumber(perimeter, ring, index) {
  const before = perimeter.rings.slice(0, ring).reduce((sum, each) => sum + each.corners.length, 0);
  return before + index + 1;
}

/** Name a corner: its own label, else its number. */
export const cornerName = (perimeter, ring, index) =>
  perimeter.rings[ring].corners[index].label || String(cornerNumber(perimeter, ring, index));

/**
 * Find a corner by its number among the corners that are filed (1-based, blank rows not counted).
 *
 * @returns {{ring: number, corner: number}|null}
 */
export function locateCorner(perimeter, number) {
  let count = 0;
  for (let ring = 0; ring < perimeter.rings.length; ring += 1) {
    const { corners } = perimeter.rings[ring];
    for (let corner = 0; corner < corners.length; corner += 1) {
      if (isPlaced(corners[corner])) count += 1;
      if (count === number && isPlaced(corners[corner])) return { ring, corner };
    }
  }
  return null;
}

/** List the corners whose text has no place yet: they hold back the check. */
export function unreadCorners(perimeter) {
  return perimeter.rings.flatMap((each, ring) =>
    each.corners.flatMap((corner, index) =>
      (isPlaced(corner) && !corner.pending) || isBlank(corner) ? [] : [{ ring, corner: index }],
    ),
  );
}

/** Count the corners that have a place. */
export const countPlaced = (perimeter) =>
  perimeter.rings.reduce((sum, ring) => sum + ring.corners.filter(isPlaced).length, 0);
