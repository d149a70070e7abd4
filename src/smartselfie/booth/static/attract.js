// When nobody is there: the photos of the evening, one after the other, until the first face.

const AFTER = 30_000;
const EACH = 5000;

const byId = (id) => document.getElementById(id);

export class Attract {
  #waits = 0;
  #turns = 0;
  #next = 0;
  #photos;

  // `photos()` gives the addresses of the newest.
  constructor(photos) {
    this.#photos = photos;
  }

  // Whether the live view runs and nobody is on it.
  watch(alone) {
    if (!alone) this.#end();
    else if (!this.#waits) this.#waits = setTimeout(() => this.#begin(), AFTER);
  }

  #begin() {
    this.#next = 0;
    this.#turns = setInterval(() => this.#turn(), EACH);
    this.#turn();
  }

  async #turn() {
    const photos = this.#photos();
    const running = this.#turns;
    // what is open over the live view has the screen
    if (!photos.length || document.querySelector("dialog[open]")) {
      byId("attract").hidden = true;
      return;
    }
    const image = byId("attract-image");
    image.src = photos[this.#next++ % photos.length];
    await image.decode().catch(() => {});
    byId("attract").hidden = this.#turns !== running;
  }

  #end() {
    clearTimeout(this.#waits);
    clearInterval(this.#turns);
    this.#waits = this.#turns = 0;
    byId("attract").hidden = true;
  }
}
