// A page that nobody touches returns to the live view, so that no guest blocks the booth for the next one.

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "input"];

let wait = 0; // milliseconds; 0 never returns
let timer = 0;
let home = null;

// `goHome` is called after so many seconds without a touch; 0 never does.
export function returnAfter(seconds, goHome) {
  if (home === null) for (const sign of SIGNS) document.addEventListener(sign, start, { capture: true, passive: true });
  home = goHome;
  if (wait === seconds * 1000) return; // told again what holds already
  wait = seconds * 1000;
  start();
}

function start() {
  clearTimeout(timer);
  timer = wait ? setTimeout(() => home(), wait) : 0;
}

// Close what is open, the innermost first; what asks for an answer stays.
export function closeAll(but) {
  for (const dialog of [...document.querySelectorAll("dialog[open]")].reverse()) {
    if (dialog === but) continue;
    // as Escape would, for who waits for an answer
    if (dialog.dispatchEvent(new Event("cancel", { cancelable: true }))) dialog.close();
  }
}
