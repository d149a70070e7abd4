// One photo, as large as the screen; forwards and back by button, key or finger, or by itself.

import { enter, move, photoPlace } from "./places.js";
import { takeHome } from "./sharing.js";
import { moment, percent, say } from "./i18n.js";

const PAUSE = 4000;
const SWIPE = 40;

const byId = (id) => document.getElementById(id);

export class Viewer {
  #source;
  #place = 0;
  #photo = null;
  #timer = 0;
  #newest = null;
  #next = null; // where a slideshow goes, if not to the next one
  #touched = null;

  // `at(place)` gives a photo, `total()` their number, `placeOf(name)` where one is, `newest()` the name of the newest
  // where they are sorted so, and `remove(photo)` deletes one and says whether it is gone.
  constructor(source) {
    this.#source = source;
    const dialog = byId("viewer");
    byId("viewer-close").addEventListener("click", () => dialog.close());
    byId("previous").addEventListener("click", () => this.#go(-1));
    byId("following").addEventListener("click", () => this.#go(1));
    byId("viewer-delete").addEventListener("click", () => this.#remove());
    byId("viewer-clip").addEventListener("click", () => this.#move());
    byId("viewer-share").addEventListener("click", () => takeHome(this.#photo));
    for (const id of ["viewer-save", "viewer-strip"]) byId(id).addEventListener("click", (event) => this.#save(event));
    byId("viewer-play").addEventListener("click", () => this.#play(!this.#timer));
    dialog.addEventListener("keydown", (event) => this.#onKey(event));
    dialog.addEventListener("close", () => {
      this.#play(false);
      this.#still();
      byId("viewer-image").removeAttribute("src");
    });
    dialog.addEventListener("pointerdown", (event) => {
      this.#touched = event.clientX;
    });
    dialog.addEventListener("pointerup", (event) => {
      const way = this.#touched === null ? 0 : event.clientX - this.#touched;
      this.#touched = null;
      if (Math.abs(way) > SWIPE) this.#go(way < 0 ? 1 : -1);
    });
    byId("viewer-image").addEventListener("dragstart", (event) => event.preventDefault());
  }

  async open(place, playing = false) {
    if (!(await this.#show(place))) return;
    if (!byId("viewer").open) byId("viewer").showModal();
    enter(byId("viewer"), photoPlace(this.#photo.name));
    this.#play(playing);
  }

  // The list has changed under it: stay at this photo, or where it was; a slideshow goes on with what is new.
  async refresh() {
    if (!byId("viewer").open || !this.#photo) return;
    const total = this.#source.total();
    const place = this.#source.placeOf(this.#photo.name);
    const newest = this.#source.newest();
    if (newest !== null && newest !== this.#newest) this.#next = 0;
    this.#newest = newest;
    if (place >= 0) {
      this.#place = place;
      this.#photo = await this.#source.at(place);
      this.#label();
    } else if (total === 0 || !(await this.#show(Math.min(this.#place, total - 1)))) {
      byId("viewer").close();
    }
  }

  async #show(place) {
    const photo = await this.#source.at(place);
    if (!photo) return false;
    this.#place = place;
    this.#photo = photo;
    move(byId("viewer"), photoPlace(photo.name));
    const when = moment(new Date(photo.written));
    const image = byId("viewer-image");
    this.#still();
    image.src = photo.url;
    image.alt = say("photoOf", { when });
    byId("viewer-when").textContent = when;
    byId("viewer-smile").textContent = photo.smile === null ? "" : say("smiling", { percent: percent(photo.smile) });
    byId("viewer-clip").setAttribute("aria-pressed", "false");
    byId("viewer-save").href = `${photo.url}?download=1`;
    byId("viewer-strip").href = `/strips/${encodeURIComponent(photo.name)}`;
    this.#label();
    return true;
  }

  // What may change while it is shown: a clip is ready after its photo.
  #label() {
    byId("viewer-clip").hidden = this.#photo.clip === null;
    byId("previous").disabled = this.#place === 0;
    byId("following").disabled = this.#place + 1 >= this.#source.total();
  }

  #go(step) {
    const place = this.#place + step;
    if (place >= 0 && place < this.#source.total()) this.#show(place);
  }

  // The photo, or the short clip around it.
  #move() {
    const moving = byId("viewer-clip").getAttribute("aria-pressed") !== "true";
    byId("viewer-clip").setAttribute("aria-pressed", String(moving));
    this.#still();
    if (moving) this.#film(this.#photo.clip);
    else byId("viewer-image").src = this.#photo.url;
    byId("viewer-save").href = `${moving ? this.#photo.clip : this.#photo.url}?download=1`;
  }

  // A video; what is none is a GIF.
  #film(clip) {
    const video = byId("viewer-video");
    const image = byId("viewer-image");
    video.onerror = () => {
      this.#still();
      image.src = clip;
    };
    video.setAttribute("aria-label", image.alt);
    video.src = clip;
    video.hidden = false;
    image.hidden = true;
    video.play().catch(() => {});
  }

  // No video is shown, or fetched any more.
  #still() {
    const video = byId("viewer-video");
    video.onerror = null;
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.hidden = true;
    byId("viewer-image").hidden = false;
  }

  #play(on) {
    clearInterval(this.#timer);
    this.#newest = this.#source.newest();
    this.#next = null;
    this.#timer = on ? setInterval(() => this.#turn(), PAUSE) : 0;
    byId("viewer-play").setAttribute("aria-pressed", String(on));
    byId("viewer-play").querySelector("use").setAttribute("href", on ? "#i-pause" : "#i-play");
  }

  #turn() {
    const place = this.#next ?? this.#place + 1;
    this.#next = null;
    this.#show(place % this.#source.total());
  }

  #remove() {
    this.#play(false);
    return this.#source.remove(this.#photo);
  }

  // To the booth's own disk, or in a kiosk, where nobody has that, to the guest's phone.
  #save(event) {
    if (!document.documentElement.hasAttribute("data-kiosk")) return;
    event.preventDefault();
    takeHome(this.#photo);
  }

  #onKey(event) {
    const keys = {
      ArrowLeft: () => this.#go(-1),
      ArrowRight: () => this.#go(1),
      Delete: () => this.#remove(),
      p: () => this.#play(!this.#timer),
      s: () => event.repeat || byId("viewer-strip").hidden || byId("viewer-strip").click(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}
