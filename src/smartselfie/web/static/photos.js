// The photos: shown for a moment when they are taken, then in the strip.

import { words } from "./messages.js";

const MOST = 24;
const SHOWN_FOR = 2600;

const byId = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });

export class Photos {
  #total = 0;
  #back = 0;

  constructor() {
    const large = byId("large");
    byId("large-close").addEventListener("click", () => large.close());
    large.addEventListener("click", ({ target }) => {
      if (target === large) large.close();
    });
    large.addEventListener("close", () => byId("large-image").removeAttribute("src"));
  }

  // What the album holds already, or again after the line was down.
  async load() {
    const answer = await fetch(`/api/photos?limit=${MOST}`);
    if (!answer.ok) return;
    const { total, photos } = await answer.json();
    byId("strip").replaceChildren(...photos.map(({ url, written }) => this.#entry(url, new Date(written))));
    this.#count(total);
  }

  // A photo was taken this moment.
  async add(name) {
    const url = `/photos/${encodeURIComponent(name)}`;
    const strip = byId("strip");
    if (strip.querySelector(`img[src="${CSS.escape(url)}"]`)) return;
    strip.prepend(this.#entry(url, new Date()));
    while (strip.children.length > MOST) strip.lastElementChild.remove();
    strip.scrollTo({ left: 0 });
    this.#count(this.#total + 1);
    await this.#present(url);
  }

  async #present(url) {
    const figure = byId("shown");
    const image = byId("shown-image");
    image.src = url;
    image.alt = words.photo;
    try {
      await image.decode();
    } catch {
      return; // the next one came first, or the booth has gone
    }
    byId("shown-text").textContent = words.taken;
    figure.hidden = false;
    clearTimeout(this.#back);
    this.#back = setTimeout(() => {
      figure.hidden = true;
    }, SHOWN_FOR);
  }

  #entry(url, when) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    const image = document.createElement("img");
    button.type = "button";
    button.setAttribute("aria-label", words.openPhoto(clock.format(when)));
    image.src = url;
    image.alt = "";
    image.loading = "lazy";
    image.decoding = "async";
    button.append(image);
    button.addEventListener("click", () => {
      byId("large-image").src = url;
      byId("large-image").alt = words.photoOf(clock.format(when));
      byId("large").showModal();
    });
    entry.append(button);
    return entry;
  }

  #count(total) {
    this.#total = total;
    byId("total").textContent = total ? String(total) : "";
    byId("strip").hidden = total === 0;
    byId("empty").hidden = total !== 0;
  }
}
