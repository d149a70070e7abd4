// The photos of this evening: each shown for a moment when it is taken, then in the strip.

import { thumbnail } from "./thumbnail.js";
import { moment, say } from "./i18n.js";

const MOST = 24;
const SHOWN_FOR = 2600;

const byId = (id) => document.getElementById(id);

export class Photos {
  #total = 0;
  #back = 0;
  #taken = []; // since the list was last asked for, which may not hold them
  #open;
  #white;
  #presented = null; // its address

  // `open(place)` opens the photo at that place of the strip; `white()` covers the picture for a moment, because the
  // view is mirrored and the photo is not.
  constructor(open, white) {
    this.#open = open;
    this.#white = white;
  }

  // What the album holds already, or again after it was changed.
  async load() {
    const taken = [];
    this.#taken = taken;
    const answer = await fetch(`/api/photos?limit=${MOST}`);
    if (!answer.ok) return;
    const { total, photos } = await answer.json();
    byId("strip").replaceChildren(...photos.map(({ name, written, focus }) => this.#entry(name, new Date(written), focus)));
    this.#count(total);
    this.#label();
    for (const [name, focus] of taken) this.#prepend(name, focus);
  }

  // A photo was taken this moment; `focus` is the middle of the faces, or null. Where something else has the picture,
  // as a countdown, it is not shown large.
  async add(name, focus, present) {
    this.#taken.push([name, focus]);
    this.#prepend(name, focus);
    if (present) await this.#present(`/photos/${encodeURIComponent(name)}`);
  }

  // The picture is needed for something else.
  hide() {
    clearTimeout(this.#back);
    this.#presented = null; // one that is on its way stays away
    byId("shown").hidden = true;
  }

  // Unless the list holds it already.
  #prepend(name, focus) {
    const strip = byId("strip");
    if ([...strip.children].some((entry) => entry.dataset.name === name)) return;
    strip.prepend(this.#entry(name, new Date(), focus));
    while (strip.children.length > MOST) strip.lastElementChild.remove();
    strip.scrollTo({ left: 0 });
    this.#count(this.#total + 1);
    this.#label();
  }

  async #present(url) {
    const figure = byId("shown");
    this.#presented = url;
    const image = byId("shown-image");
    image.src = url;
    image.alt = say("photo");
    try {
      await image.decode();
    } catch {
      return; // the next one came first, or the booth has gone
    }
    if (this.#presented !== url) return;
    byId("shown-text").textContent = say("taken");
    this.#white();
    figure.hidden = false;
    clearTimeout(this.#back);
    this.#back = setTimeout(() => {
      figure.hidden = true;
    }, SHOWN_FOR);
  }

  #entry(name, when, focus) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    entry.dataset.name = name;
    button.type = "button";
    entry.dataset.when = moment(when, "medium");
    button.append(thumbnail(`/thumbnails/${encodeURIComponent(name)}`, focus));
    button.addEventListener("click", () => this.#open([...byId("strip").children].indexOf(entry)));
    entry.append(button);
    return entry;
  }

  // Each is called something else, though several may be of the same second.
  #label() {
    [...byId("strip").children].forEach((entry, place) => {
      entry.firstElementChild.setAttribute("aria-label", say("openPhoto", { n: place + 1, when: entry.dataset.when }));
    });
  }

  #count(total) {
    this.#total = total;
    byId("total").textContent = total ? String(total) : "";
    byId("strip").hidden = total === 0;
    byId("empty").hidden = total !== 0;
  }
}
