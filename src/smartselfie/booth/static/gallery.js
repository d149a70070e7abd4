// All photos of the album: a wall of thumbnails that grows as it is scrolled.

import { asHost, mayHost } from "./auth.js";
import { enter } from "./places.js";
import { thumbnail } from "./thumbnail.js";
import { toast } from "./toast.js";
import { Viewer } from "./viewer.js";
import { day, moment, say } from "./i18n.js";

const PAGE = 60;
// As many as the booth tells of at once.
const MOST = 200;
const LOOK_EVERY = 5000;

const byId = (id) => document.getElementById(id);

export class Gallery {
  #order = sessionStorage.getItem("order") === "smile" ? "smile" : "time";
  #photos = [];
  #total = 0;
  #turn = Promise.resolve();
  #newest = ""; // how many photos there were when it was last asked, and the newest
  #viewer;
  #end;

  constructor() {
    this.#viewer = new Viewer({
      at: (place) => this.#at(place),
      total: () => this.#total,
      placeOf: (name) => this.#placeOf(name),
      newest: () => (this.#order === "time" ? this.#photos[0]?.name : null),
      remove: (photo) => this.#remove(photo),
    });
    byId("open-gallery").addEventListener("click", () => this.open());
    byId("close-gallery").addEventListener("click", () => byId("gallery").close());
    byId("slideshow").addEventListener("click", () => this.#viewer.open(0, true));
    byId("save-all").addEventListener("click", saveAll);
    for (const button of byId("orders").children) {
      button.addEventListener("click", () => this.#sort(button.dataset.order));
    }
    this.#end = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#more().catch(() => {}), {
      root: byId("gallery"),
      rootMargin: "100% 0%",
    });
    this.#end.observe(byId("more"));
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

  // The album has changed behind our back, as by a photo that was taken.
  async refresh() {
    if (byId("gallery").open || byId("viewer").open) await this.#restart();
  }

  async #sort(order) {
    this.#order = order;
    sessionStorage.setItem("order", order);
    await this.#restart();
  }

  // Ask anew for all that was shown.
  async #restart() {
    for (const button of byId("orders").children) {
      button.setAttribute("aria-pressed", String(button.dataset.order === this.#order));
    }
    await this.#inTurn(() => this.#fetch([], Math.max(PAGE, this.#photos.length)));
    await this.#viewer.refresh();
  }

  // The next page.
  #more() {
    return this.#inTurn(async () => {
      if (this.#photos.length >= this.#total) return;
      await this.#fetch(this.#photos, PAGE);
      // looked at again: it may be in sight still
      this.#end.unobserve(byId("more"));
      this.#end.observe(byId("more"));
    });
  }

  // One question after the other, so that what is answered last is what holds.
  #inTurn(ask) {
    const answered = this.#turn.then(ask);
    this.#turn = answered.catch(() => {});
    return answered;
  }

  // So many photos after those that are known.
  async #fetch(known, many) {
    const photos = [...known];
    let total = Infinity;
    for (const end = photos.length + many; photos.length < Math.min(end, total); ) {
      const limit = Math.min(MOST, end - photos.length);
      const answer = await fetch(`/api/photos?order=${this.#order}&offset=${photos.length}&limit=${limit}`);
      if (!answer.ok) return;
      const told = await answer.json();
      total = told.total;
      if (!told.photos.length) break;
      photos.push(...told.photos);
    }
    this.#photos = photos;
    this.#total = total;
    this.#draw();
  }

  // Tiles that are there already stay, and with them the focus and the place on the wall.
  #draw() {
    const wall = byId("wall");
    const known = new Map([...wall.children].map((tile) => [tile.dataset.name, tile]));
    const tiles = this.#photos.map((photo) => known.get(photo.name) ?? this.#tile(photo));
    const wanted = new Set(tiles);
    for (const tile of known.values()) if (!wanted.has(tile)) tile.remove();
    let here = wall.firstElementChild;
    tiles.forEach((tile, place) => {
      if (tile === here) here = here.nextElementSibling;
      else wall.insertBefore(tile, here);
      const when = moment(new Date(this.#photos[place].written), "medium");
      this.#date(tile, place);
      tile.firstElementChild.setAttribute("aria-label", say("openPhoto", { n: place + 1, when }));
    });
    byId("gallery-total").textContent = this.#total ? String(this.#total) : "";
    byId("gallery-empty").hidden = this.#total > 0;
    for (const id of ["slideshow", "save-all"]) byId(id).disabled = this.#total === 0;
  }

  #placeOf(name) {
    return this.#photos.findIndex((photo) => photo.name === name);
  }

  async #at(place) {
    while (place >= this.#photos.length && this.#photos.length < this.#total) await this.#more();
    return this.#photos[place];
  }

  // The first photo of each day bears its date.
  #date(tile, place) {
    const dayOf = ({ written }) => day(new Date(written));
    const [here, before] = [dayOf(this.#photos[place]), place && dayOf(this.#photos[place - 1])];
    if (this.#order === "time" && here !== before) tile.dataset.day = here;
    else delete tile.dataset.day;
  }

  #tile(photo) {
    const tile = document.createElement("li");
    const button = document.createElement("button");
    tile.dataset.name = photo.name;
    button.type = "button";
    button.append(thumbnail(photo.thumbnail, photo.focus));
    button.addEventListener("click", () => this.#viewer.open(this.#placeOf(photo.name)));
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
      if (!back) return;
      toast(say(back.ok ? "restored" : "notDone"));
      if (back.ok) await this.#comeBackTo((await back.json()).name);
    });
    await this.#restart();
    return true;
  }

  // Before what was deleted one was at that photo, with the button at hand.
  async #comeBackTo(name) {
    await this.showNamed(name);
    byId("viewer-delete").focus();
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
