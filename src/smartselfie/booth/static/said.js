// For screen readers: only what lasts is said, and where it is heard: inside the dialog that is open.

const SAY_AFTER = 1000;

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
