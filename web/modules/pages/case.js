/** Run the page of one overlap case: a map in place of the plan, and keys. */

import { keepKeys } from "../cases/keys.js";
import { byId } from "../dom.js";
import { createMap } from "../map.js";
import { showCase } from "../map_cases.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const say = sayer(embedded("sentences") ?? {}, language);
const ground = embedded("case-data");
const frame = byId("case-map");

keepKeys(document.getElementById("keys-switch"));
frame.hidden = false;
byId("case-plan").hidden = true;
const map = createMap(frame, { language, say, ...embedded("map-settings") });
map.resized();
showCase(map, ground, frame.dataset.area ?? "");
