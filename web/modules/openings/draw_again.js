/** Draw lots again from what is public, as cadastre/procedures/draw.py draws them. */

import { sha256 } from "./seal.js";

/**
 * Give the parties in the order of their lots.
 * @param {string} opening
 * @param {string} seed
 * @param {{party: number, seal: string}[]} entries one a party
 * @returns {Promise<number[]>}
 */
export async function drawAgain(opening, seed, entries) {
  const seals = entries.map(({ seal }) => seal).sort();
  const mixed = await sha256([opening, seed, ...seals].join("\n"));
  const lots = await Promise.all(
    entries.map(async ({ party }) => ({ party, digest: await sha256(`${mixed}\n${party}`) })),
  );
  return lots.sort((a, b) => (a.digest < b.digest ? -1 : 1)).map(({ party }) => party);
}
