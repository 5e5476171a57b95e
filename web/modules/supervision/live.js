/**
 * Hear what happens: by a stream while it holds, by asking every quarter of a minute while it does
 * not. A browser brings the number of the last event it saw when it comes back by itself; we bring
 * it in the address when we have to open the stream anew.
 */

const ASK_MS = 15_000;
const SILENT_MS = 45_000; // the stream says something every 20 s; a cable that was pulled says nothing
const AGAIN_MS = 10_000;

/**
 * @param {{stream: string, figures: string}} places
 * @param {{figures: (room: any) => void, moved?: (event: any) => void}} hears
 */
export function listen(places, hears) {
  const link = document.getElementById("link");
  let last = "";
  let heard = Date.now();
  /** @type {EventSource|null} */
  let source = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let again;

  open();
  setInterval(look, 5000);
  setInterval(ask, ASK_MS);
  addEventListener("online", () => { if (!isLive()) open(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !isLive()) { open(); ask(); } });

  function open() {
    clearTimeout(again);
    source?.close();
    heard = Date.now();
    const fresh = new EventSource(last ? `${places.stream}?after=${last}` : places.stream);
    source = fresh;
    fresh.addEventListener("figures", (event) => {
      heard = Date.now();
      tell("live");
      hears.figures(JSON.parse(event.data));
    });
    fresh.addEventListener("moved", (event) => {
      heard = Date.now();
      last = event.lastEventId || last;
      hears.moved?.(JSON.parse(event.data));
    });
    fresh.addEventListener("error", () => {
      if (fresh !== source || fresh.readyState !== EventSource.CLOSED) return;
      source = null; // the server said no; a browser does not come back by itself from that
      ask();
      again = setTimeout(open, AGAIN_MS);
    });
  }

  /** A stream that hangs looks open for hours: silence is what tells. */
  function look() {
    if (source && Date.now() - heard > SILENT_MS) open();
  }

  function isLive() {
    return source?.readyState === EventSource.OPEN && Date.now() - heard < SILENT_MS;
  }

  async function ask() {
    if (isLive() || document.hidden) return;
    try {
      const answer = await fetch(places.figures, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.status === 401) return location.reload(); // signed out, or the screen was revoked
      if (!answer.ok) throw new Error(String(answer.status));
      hears.figures(await answer.json());
      if (!isLive()) tell("polling");
    } catch {
      tell("cut");
    }
  }

  /** @param {"live"|"polling"|"cut"} how */
  function tell(how) {
    if (!link) return;
    link.className = `link-${how}`;
    const words = link.dataset[how] ?? "";
    if (link.textContent !== words) link.textContent = words;
  }
}
