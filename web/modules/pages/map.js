/** Start the public map page. */
import { createMap } from "../map.js";
import { byId } from "../dom.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
createMap(byId("map"), { language, say: sayer(embedded("sentences") ?? {}, language), bounds: [-0.2, 6, 1.9, 11.2], kinds: [] });
