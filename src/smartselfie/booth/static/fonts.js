// Languages whose letters this device cannot show, and what Debian calls the fonts that have them.

import { languageName, say } from "./i18n.js";

const LETTERS = { hi: ["क", "म"], zh: ["的", "好"], ja: ["あ", "の"] };
const PACKAGES = { hi: "fonts-noto-core", zh: "fonts-noto-cjk", ja: "fonts-noto-cjk" };

// A sentence; empty where nothing is missing.
export function missingLetters() {
  const missing = Object.keys(LETTERS).filter((tag) => isMissing(...LETTERS[tag]));
  if (!missing.length) return "";
  const packages = [...new Set(missing.map((tag) => PACKAGES[tag]))].join(" ");
  return say("noLetters", { languages: missing.map(languageName).join(", "), packages });
}

// Letters that are not there all look like the same box.
const isMissing = (one, other) => drawn(one) === drawn(other);

function drawn(letter) {
  const canvas = new OffscreenCanvas(40, 40);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "32px system-ui, sans-serif";
  pen.fillText(letter, 2, 32);
  return pen.getImageData(0, 0, 40, 40).data.join();
}
