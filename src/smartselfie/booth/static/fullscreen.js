// The screen itself: full, awake, and without a pointer that nobody moves.

const POINTER_FOR = 3000;

let prepared = false;

export async function toggleFullScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen({ navigationUI: "hide" });
  } catch {
    // the browser does not want to
  }
}

// A kiosk fills the screen as soon as it is touched: browsers allow it no earlier.
export function prepareKiosk() {
  if (prepared) return;
  prepared = true;
  document.addEventListener("pointerup", () => {
    if (!document.fullscreenElement && document.fullscreenEnabled) toggleFullScreen();
  });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  let hide = 0;
  const moved = () => {
    document.documentElement.removeAttribute("data-idle");
    clearTimeout(hide);
    hide = setTimeout(() => document.documentElement.setAttribute("data-idle", ""), POINTER_FOR);
  };
  document.addEventListener("pointermove", moved);
  moved();
}

// The screen does not go dark while the page is looked at; the lock is lost whenever it is not.
export function keepAwake() {
  const lock = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", lock);
  lock();
}
