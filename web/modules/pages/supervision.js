/** The supervision room: figures that stay fresh by themselves, on a wall or in a hand. */
import { keepAges } from "../supervision/ages.js";
import { listen } from "../supervision/live.js";
import { painter } from "../supervision/paint.js";
import { takeTurns } from "../supervision/wall.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const told = embedded("room");
const say = sayer(embedded("sentences") ?? {}, language);
const ages = keepAges(told.room.at, say, told.zone);
const paint = painter(told, say, language);

takeTurns(say);
listen(told, {
  figures(room) {
    ages.at(room.at);
    paint(room);
  },
});
