/** Show that the connection is lost, and ask again when it is back. */

const ASK_AGAIN_MS = 5000;

/**
 * Watch the connection: the browser's word, then whether our own server answers.
 *
 * @param {{bar: HTMLElement, onBack: () => void, alive?: () => Promise<boolean>}} options
 */
export function watchConnection({ bar, onBack, alive = serverAnswers }) {
  let timer = null;
  const back = async () => {
    clearTimeout(timer);
    if (!(await alive())) {
      timer = setTimeout(back, ASK_AGAIN_MS);
      return;
    }
    bar.hidden = true;
    onBack();
  };
  const lost = () => {
    if (!bar.hidden) return;
    bar.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(back, ASK_AGAIN_MS);
  };
  window.addEventListener("offline", lost);
  window.addEventListener("online", back);
  if (!navigator.onLine) lost();
  return { lost };
}

/** The health check is the smallest question there is; no answer at all means no connection. */
async function serverAnswers() {
  try {
    await fetch("/healthz", { cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}
