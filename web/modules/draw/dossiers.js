/** Hand the perimeter over to a dossier: the one the page was opened for, or a new one. */

import { patchJson, postJson } from "../api.js";
import { fromGeometry } from "./geojson.js";
import { applicationBody, filingKey, settleFiling } from "./filing.js";

const address = (number) => `/api/dossiers/${encodeURIComponent(number)}`;

/** The page of a dossier on which its ground is shown with what was found on it. */
export const groundPage = (number) => `/dossiers/${encodeURIComponent(number)}/perimeter`;

/** Give the ground as a dossier keeps it: the document as it was read, else its geometry. */
export function groundOf(editor) {
  const { corners, crs, answers, geometry, name } = applicationBody(editor, null);
  return corners ? { corners, crs, answers, ...(name ? { name } : {}) } : { geometry, crs, ...(name ? { name } : {}) };
}

/** Keep the perimeter in a dossier. @param {object} editor @param {string} number */
export const saveGround = (editor, number) => patchJson(address(number), { perimeter: groundOf(editor) });

/** Put the ground a dossier holds into the editor, with the document it was read from. */
export function takeGround(editor, { geometry, source }) {
  if (geometry) editor.use({ ...fromGeometry(geometry), source: source ?? null });
}

/**
 * Open a dossier of the service for what is drawn, once whatever is clicked or cut, and keep the
 * perimeter and the substances in it.
 *
 * @param {object} editor
 * @param {{service: string, question: string|null}} service id, and its question about substances
 * @param {number|null} partyId
 * @param {Storage} storage
 * @returns {Promise<string>} the number of the dossier
 */
export async function openDossier(editor, { service, question }, partyId, storage) {
  const body = { service, party_id: partyId };
  const key = filingKey(storage, { ...body, ground: groundOf(editor) });
  const { number } = await postJson("/api/dossiers", body, { headers: { "Idempotency-Key": key } });
  const { substances } = editor.get().asked;
  const form = question ? { form: { [question]: substances } } : {};
  await patchJson(address(number), { ...form, perimeter: groundOf(editor) });
  settleFiling(storage);
  return number;
}
