// The photos of this evening: each shown for a moment when it is taken, then in the strip.

import { photoCode } from "./sharing.js";
import { thumbnail } from "./thumbnail.js";
import { moment, say } from "./i18n.js";

const MOST = 24;
const SHOWN_FOR = 5500;
const FLIES_FOR = 450;

const byId = (id) => document.getElementById(id);

export class Photos {
  #total = 0;
  #back = 0;
  #taken = []; // since the list was last asked for, which may not hold them
  #open;
  #white;
  #presented = null; // its address
  #leaving = false;

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
    if (present) await this.#present(name);
  }

  // It has been seen: people want to see themselves for the next one.
  async dismiss() {
    const url = this.#presented;
    if (url === null || byId("shown").hidden || this.#leaving) return;
    clearTimeout(this.#back);
    this.#leaving = true;
    byId("shown-home").hidden = true;
    await this.#fly().catch(() => {});
    this.#leaving = false;
    if (this.#presented === url) this.hide();
  }

  // Into the strip, where it will be found.
  async #fly() {
    const from = byId("shown-image").getBoundingClientRect();
    const to = byId("strip").firstElementChild?.getBoundingClientRect();
    if (!to?.width || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const move = `translate(${to.x + to.width / 2 - from.x - from.width / 2}px, ${to.y + to.height / 2 - from.y - from.height / 2}px)`;
    const figure = byId("shown");
    figure.toggleAttribute("data-flying", true);
    const shrunk = { transform: `${move} scale(${to.width / from.width})`, opacity: 0.9 };
    await figure.animate([{ transform: "none" }, shrunk], { duration: FLIES_FOR, easing: "ease-in" }).finished;
    figure.hidden = true;
    figure.toggleAttribute("data-flying", false);
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

  async #present(name) {
    const url = `/photos/${encodeURIComponent(name)}`;
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
    this.#back = setTimeout(() => this.dismiss(), SHOWN_FOR);
    await this.#offer(name, url);
  }

  // A code for the phones of those who are on it, where phones can come in.
  async #offer(name, url) {
    byId("shown-home").hidden = true;
    const code = await photoCode(name);
    if (!code || this.#presented !== url || this.#leaving) return;
    byId("shown-code").src = code;
    byId("shown-home").hidden = false;
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
