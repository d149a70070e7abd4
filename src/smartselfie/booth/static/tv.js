// Tonight's photos on a second screen: each new one as it comes, and all of them in turn while there is none.

import { keepAwake } from "./fullscreen.js";
import { moment, say, speak } from "./i18n.js";

const ASK_EVERY = 2000;
const SHOWN_FOR = 7000;
// Hours that an evening lasts, and photos of it that are shown.
const [TONIGHT, MOST] = [12, 200];

const byId = (id) => document.getElementById(id);

let photos = []; // of tonight, the newest first
let seen = null; // names that were there already; null before the first answer
let waiting = []; // new ones, the oldest first
let now = null; // the name that is shown
let next = 0;
let [front, back] = [byId("first"), byId("second")];

async function ask() {
  const answer = await fetch(`/api/photos?hours=${TONIGHT}&limit=${MOST}`);
  if (!answer.ok) return;
  ({ photos } = await answer.json());
  const names = photos.map(({ name }) => name);
  if (seen !== null) waiting.push(...names.filter((name) => !seen.has(name) && !waiting.includes(name)).reverse());
  waiting = waiting.filter((name) => names.includes(name));
  seen = new Set(names);
  byId("empty").hidden = photos.length > 0;
  if (waiting.length || now === null || !seen.has(now)) await turn();
}

// The next one: what is new goes first, then one after the other.
async function turn() {
  clearTimeout(next);
  const place = photos.findIndex(({ name }) => name === now);
  const name = waiting.shift() ?? photos[(place + 1) % photos.length]?.name;
  const photo = photos.find((each) => each.name === name);
  now = name ?? null;
  if (photo) await show(photo);
  else front.removeAttribute("src");
  front.toggleAttribute("data-shown", !!photo);
  if (photo) next = setTimeout(() => turn().catch(() => {}), SHOWN_FOR);
}

async function show({ url, written }) {
  if (front.getAttribute("src") === url) return;
  back.src = url;
  back.alt = say("photoOf", { when: moment(new Date(written)) });
  // one that was deleted meanwhile is passed over when the list is next asked for
  await back.decode().catch(() => {});
  front.removeAttribute("data-shown");
  front.alt = "";
  [front, back] = [back, front];
}

await speak(document.documentElement.dataset.language);
keepAwake();
document.addEventListener("dblclick", () => document.documentElement.requestFullscreen?.().catch(() => {}));
for (;;) {
  await ask().catch(() => {}); // the booth is gone for a moment; what was shown stays
  await new Promise((done) => setTimeout(done, ASK_EVERY));
}
