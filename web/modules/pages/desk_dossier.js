/** Run the screen of one dossier: who else is here, a map on demand, keys, nothing typed is lost. */

import { keepKeys } from "../cases/keys.js";
import { keepDrafts } from "../desk/drafts.js";
import { keepPresence } from "../desk/presence.js";
import { byId } from "../dom.js";
import { embedded, sayer } from "../sentences.js";

const page = byId("dossier");
const number = page.dataset.number ?? "";

keepKeys(document.getElementById("keys-switch"));
keepDrafts(number);
keepPresence(number, Number(page.dataset.mark), byId("others"));

const button = document.getElementById("show-map");
const ground = embedded("ground-data");
if (button && ground) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.hidden = true;
    // The map weighs more than the whole page: it comes when it is asked for.
    const [{ createMap }, { showGround }] = await Promise.all([import("../map.js"), import("../desk/ground.js")]);
    const frame = byId("ground-map");
    frame.hidden = false;
    byId("ground-plan").hidden = true;
    const language = document.documentElement.lang;
    const say = sayer(embedded("sentences") ?? {}, language);
    const map = createMap(frame, { language, say, ...embedded("map-settings") });
    map.resized();
    showGround(map, ground);
  });
}
