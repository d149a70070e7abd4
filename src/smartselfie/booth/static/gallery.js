// All photos of the album: a wall of thumbnails that grows as it is scrolled.

import { asHost, mayHost } from "./auth.js";
import { enter } from "./places.js";
import { toast } from "./toast.js";
import { Viewer } from "./viewer.js";
import { moment, say } from "./i18n.js";

const PAGE = 60;
const LOOK_EVERY = 5000;

const byId = (id) => document.getElementById(id);

export class Gallery {
  #order = sessionStorage.getItem("order") === "smile" ? "smile" : "time";
  #photos = [];
  #total = 0;
  #loading = null;
  #newest = ""; // how many photos there were when it was last asked, and the newest
  #viewer;

  constructor() {
    this.#viewer = new Viewer({
      at: (place) => this.#at(place),
      total: () => this.#total,
      remove: (photo) => this.#remove(photo),
    });
    byId("open-gallery").addEventListener("click", () => this.open());
    byId("close-gallery").addEventListener("click", () => byId("gallery").close());
    byId("slideshow").addEventListener("click", () => this.#viewer.open(0, true));
    byId("save-all").addEventListener("click", saveAll);
    for (const button of byId("orders").children) {
      button.addEventListener("click", () => this.#sort(button.dataset.order));
    }
    new IntersectionObserver(([entry]) => entry.isIntersecting && this.#more(), {
      root: byId("gallery"),
      rootMargin: "100% 0%",
    }).observe(byId("more"));
    byId("wall").addEventListener("keydown", walk);
  }

  async open() {
    if (!byId("gallery").open) byId("gallery").showModal();
    enter(byId("gallery"), "gallery");
    await this.#restart();
  }

  // The gallery as a page of its own.
  async stay() {
    byId("close-gallery").hidden = true;
    byId("gallery").addEventListener("cancel", (event) => event.preventDefault());
    byId("gallery").showModal();
    await this.#restart();
    setInterval(() => this.#look().catch(() => {}), LOOK_EVERY);
  }

  // Whether there is anything new.
  async #look() {
    const answer = await fetch("/api/photos?limit=1");
    if (!answer.ok) return;
    const { total, photos } = await answer.json();
    const newest = `${total} ${photos[0]?.name}`;
    if (newest !== this.#newest) await this.#restart();
    this.#newest = newest;
  }

  // Straight to one photo, by its place among the newest.
  async show(place) {
    this.#order = "time";
    await this.#restart();
    this.#viewer.open(place);
  }

  // Straight to the photo of that name, if it is still there.
  async showNamed(name) {
    if (!byId("gallery").open) this.#order = "time";
    await this.#restart();
    for (let place = 0, photo; (photo = await this.#at(place)); place += 1) {
      if (photo.name === name) return this.#viewer.open(place);
    }
  }

  // The album has changed behind our back.
  async refresh() {
    if (byId("gallery").open || byId("viewer").open) await this.#restart();
  }

  async #sort(order) {
    this.#order = order;
    sessionStorage.setItem("order", order);
    await this.#restart();
  }

  async #restart() {
    for (const button of byId("orders").children) {
      button.setAttribute("aria-pressed", String(button.dataset.order === this.#order));
    }
    await this.#loading;
    const many = Math.max(PAGE, Math.min(200, this.#photos.length));
    this.#photos = [];
    await this.#more(many);
  }

  // Fetch the next page; what is under way is waited for, not asked twice.
  #more(many = PAGE) {
    this.#loading ??= this.#fetch(many).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetch(many) {
    const first = this.#photos.length;
    if (first && first >= this.#total) return;
    const answer = await fetch(`/api/photos?order=${this.#order}&offset=${first}&limit=${many}`);
    if (!answer.ok) return;
    const { total, photos } = await answer.json();
    this.#total = total;
    this.#photos.push(...photos);
    const tiles = photos.map((photo, place) => this.#tile(photo, first + place));
    if (first) byId("wall").append(...tiles);
    else byId("wall").replaceChildren(...tiles);
    byId("gallery-total").textContent = total ? String(total) : "";
    byId("gallery-empty").hidden = total > 0;
    for (const id of ["slideshow", "save-all"]) byId(id).disabled = total === 0;
  }

  async #at(place) {
    while (place >= this.#photos.length && this.#photos.length < this.#total) await this.#more();
    return this.#photos[place];
  }

  #tile(photo, place) {
    const tile = document.createElement("li");
    const button = document.createElement("button");
    const image = document.createElement("img");
    button.type = "button";
    button.setAttribute("aria-label", say("openPhoto", { when: moment(new Date(photo.written)) }));
    image.src = photo.thumbnail;
    image.alt = "";
    image.loading = "lazy";
    image.decoding = "async";
    button.append(image);
    button.addEventListener("click", () => this.#viewer.open(place));
    tile.append(button);
    return tile;
  }

  async #remove(photo) {
    if (!mayHost()) return false;
    const answer = await asHost(`/api/photos/${encodeURIComponent(photo.name)}`, { method: "DELETE" });
    if (!answer) return false;
    if (!answer.ok) {
      toast(say("notDone"));
      return false;
    }
    const { undo } = await answer.json();
    toast(say("deleted"), async () => {
      const back = await asHost(`/api/trash/${undo}/restore`, { method: "POST" });
      if (back) toast(say(back.ok ? "restored" : "notDone"));
    });
    await this.#restart();
    return true;
  }
}

async function saveAll() {
  const answer = await asHost("/api/zip", { method: "POST" });
  if (!answer?.ok) return;
  const link = document.createElement("a");
  link.href = (await answer.json()).url;
  link.download = "";
  link.click();
}

// The arrow keys walk over the wall.
function walk(event) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns(), Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  const tiles = [...byId("wall").querySelectorAll("button")];
  const here = tiles.indexOf(document.activeElement);
  if (step === undefined || here < 0) return;
  event.preventDefault();
  tiles[Math.max(0, Math.min(tiles.length - 1, here + step))].focus();
}

function columns() {
  return getComputedStyle(byId("wall")).gridTemplateColumns.split(" ").length;
}
