/** On a large screen the views take turns and nothing scrolls; anywhere else they follow one another. */
import { h } from "../dom.js";

const WALL = "(min-width: 1000px) and (min-height: 560px)";
const TURN_S = 20;
const THEME = "cadastre.supervision.theme";

/** @param {(code: string) => string} say */
export function takeTurns(say) {
  const views = [...document.querySelectorAll(/** @type {"section"} */ ("section.view"))];
  const root = document.documentElement;
  const query = matchMedia(WALL);
  const seconds = Math.max(5, Number(new URLSearchParams(location.search).get("turn")) || TURN_S);
  const dots = views.map((view, place) => h("button", {
    type: "button", "aria-label": say(`supervision.view-${view.dataset.view}`), onclick: () => { pause(true); show(place); },
  }));
  let shown = 0;
  let paused = false;

  wake("views")?.append(...dots);
  const button = wake("pause");
  button?.addEventListener("click", () => pause(!paused));
  wake("theme")?.addEventListener("click", changeTheme);
  root.dataset.theme ||= localStorage.getItem(THEME) ?? "";
  query.addEventListener("change", frame);
  document.addEventListener("keydown", (event) => {
    if (!query.matches || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight") { pause(true); show(shown + 1); }
    if (event.key === "ArrowLeft") { pause(true); show(shown - 1); }
  });
  // Who reads or points stops the turning: a view must not leave under a hand.
  setInterval(() => { if (query.matches && !paused && !document.querySelector("main :focus-visible")) show(shown + 1); }, seconds * 1000);
  frame();

  function frame() {
    root.classList.toggle("wall", query.matches);
    show(shown);
  }

  /** @param {number} place */
  function show(place) {
    shown = (place + views.length) % views.length;
    views.forEach((view, at) => { view.hidden = query.matches && at !== shown; });
    dots.forEach((dot, at) => dot.setAttribute("aria-pressed", String(at === shown)));
  }

  /** @param {boolean} now */
  function pause(now) {
    paused = now;
    button?.setAttribute("aria-pressed", String(now));
  }
}

function changeTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem(THEME, root.dataset.theme);
}

/** Show a tool that only works with scripts. @param {string} id */
function wake(id) {
  const tool = document.getElementById(id);
  if (tool) tool.hidden = false;
  return tool;
}
