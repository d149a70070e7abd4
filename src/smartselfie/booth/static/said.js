// For screen readers: only what lasts is said, and where it is heard: inside the dialog that is open.

import { say as word } from "./i18n.js";

const SAY_AFTER = 1000;
// Parts of the picture's width beyond which a face is said to be at the side, and what is said without it.
const [LEFT, RIGHT] = [0.3, 0.7];
const ENOUGH = ["no_face", "holding", "ready", "cooldown", "lost"];

const byId = (id) => document.getElementById(id);
let later = 0;
let planned = "";

export function say(text) {
  clearTimeout(later);
  planned = "";
  speak(text);
}

export function sayLater(text) {
  if (text === planned) return;
  clearTimeout(later);
  planned = text;
  later = setTimeout(() => speak(text), SAY_AFTER);
}

function speak(text) {
  const said = byId("said");
  const place = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (said.parentElement !== place) {
    said.textContent = "";
    place.append(said);
  }
  if (said.textContent !== text) said.textContent = text;
}

// For who cannot see it: how many are in view and, of one alone, whether the face is at a side or cut off.
export function whereabouts({ faces, size, why_not: reason }, mirror) {
  if (!faces.length || ENOUGH.includes(reason)) return "";
  if (faces.length > 1) return word("seen.many", { n: faces.length });
  const [left, top, width, height] = faces[0].box;
  if (left <= 1 || top <= 1 || left + width >= size[0] - 1 || top + height >= size[1] - 1) return word("seen.cut");
  const middle = (left + width / 2) / size[0];
  const seen = mirror ? 1 - middle : middle;
  return seen < LEFT ? word("seen.left") : seen > RIGHT ? word("seen.right") : "";
}
