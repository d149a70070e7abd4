// What the keys do, which version this is and, for the host, where the photos are and which pages there are.

import { mayHost } from "./auth.js";
import { say } from "./i18n.js";
import { enter } from "./places.js";

const byId = (id) => document.getElementById(id);

// Keys and the word of what they do; the page and the gallery each have theirs.
const KEYS = [
  ["help.space", "help.shoot"],
  ["G", "allPhotos"],
  ["D", "details"],
  ["F", "fullScreen"],
  ["?", "help"],
];
const IN_GALLERY = [
  ["←", "previous"],
  ["→", "following"],
  ["P", "slideshow"],
  ["S", "strip"],
];

export function prepareHelp() {
  byId("open-help").addEventListener("click", openHelp);
  byId("close-help").addEventListener("click", () => byId("help").close());
}

export async function openHelp() {
  byId("help-keys").replaceChildren(...rows(mayHost() ? [...KEYS, ["Q", "leave"]] : KEYS));
  byId("help-gallery").replaceChildren(...rows(mayHost() ? [...IN_GALLERY, ["Del", "delete"]] : IN_GALLERY));
  byId("help-album").textContent = "";
  byId("help").showModal();
  enter(byId("help"), "help");
  await tell().catch(() => {});
}

// Only who is the host without being asked for the PIN.
async function tell() {
  const host = document.documentElement.dataset.role === "host";
  byId("help-screens").hidden = !host;
  if (!host) return;
  const answer = await fetch("/api/status");
  if (!answer.ok) return;
  const { version, album } = await answer.json();
  byId("help-album").textContent = `${say("help.album", { folder: album })} · ${say("host.version")} ${version}`;
}

function rows(keys) {
  return keys.flatMap(([key, what]) => {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    const name = document.createElement("kbd");
    name.textContent = key.startsWith("help.") ? say(key) : key;
    term.append(name);
    text.textContent = say(what);
    return [term, text];
  });
}
