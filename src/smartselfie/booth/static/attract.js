// When nobody is there: the photos of the evening, one after the other, until the first face.

const AFTER = 30_000;
const EACH = 5000;
// Hours that an evening lasts, and photos of it that are shown.
const [TONIGHT, MOST] = [12, 60];

const byId = (id) => document.getElementById(id);

export class Attract {
  #waits = 0;
  #turns = 0;
  #next = 0;

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
    const running = this.#turns;
    const answer = await fetch(`/api/photos?hours=${TONIGHT}&limit=${MOST}`).catch(() => null);
    const photos = answer?.ok ? (await answer.json()).photos : [];
    // what is open over the live view has the screen
    if (!photos.length || document.querySelector("dialog[open]")) {
      byId("attract").hidden = true;
      return;
    }
    const image = byId("attract-image");
    image.src = photos[this.#next++ % photos.length].url;
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
