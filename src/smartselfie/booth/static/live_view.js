// The live picture: the frame and what was read on it, drawn together.

import { numberOf } from "./panel.js";
import { say } from "./i18n.js";

const SMILE = "#ffc531";
const PAPER = "#ffffff";
const INK = "#1c1a17";
// Pixels of the shorter side of a copy that is so small that it is blurred when it is large.
const BLURRED = 16;

export class LiveView {
  #canvas;
  #pen;
  #last = null;
  #excuse;
  #details;
  #small = document.createElement("canvas");

  // `excuse(face, person, moment)` says why a smile does not count, where there is one that does not; `details()` whether
  // what a face shows is drawn, too.
  constructor(canvas, excuse, details) {
    this.#canvas = canvas;
    this.#details = details;
    this.#excuse = excuse;
    this.#pen = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#draw()).observe(canvas);
  }

  // Show a frame; `moment` is what was read on it, or null where nobody looked.
  show(moment, mirror, bitmap) {
    if (this.#last && this.#last.bitmap !== bitmap) this.#last.bitmap.close();
    this.#last = { moment, mirror, bitmap };
    // where the page scrolls, the stage takes the shape of the picture
    this.#canvas.parentElement.style.setProperty("--shape", `${bitmap.width} / ${bitmap.height}`);
    this.#canvas.closest(".booth").toggleAttribute("data-portrait", bitmap.height > bitmap.width);
    this.#draw();
    const text = say("viewOf", { n: moment?.faces.length ?? 0 });
    if (this.#canvas.getAttribute("aria-label") !== text) this.#canvas.setAttribute("aria-label", text);
  }

  // Whoever was seen last does not stay on the screen.
  clear() {
    this.#last?.bitmap.close();
    this.#last = null;
    this.#pen.fillStyle = "#0c0b0a";
    this.#pen.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#tell([]);
    this.#canvas.setAttribute("aria-label", say("viewOf", { n: 0 }));
  }

  // The widest place beside, above or below all faces, in CSS pixels of the stage: { x, y, size }.
  freePlace() {
    const [wide, high] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    if (!this.#last?.moment?.faces.length) return { x: wide / 2, y: high / 2, size: Math.min(wide, high) };
    const { moment, mirror, bitmap } = this.#last;
    const scale = Math.min(wide / bitmap.width, high / bitmap.height);
    const zoom = (bitmap.width * scale) / moment.size[0];
    const [x0, y0] = [(wide - bitmap.width * scale) / 2, (high - bitmap.height * scale) / 2];
    const sides = moment.faces.map(({ box: [left, top, w, h] }) => {
      const near = mirror ? moment.size[0] - left - w : left;
      return [x0 + near * zoom, y0 + top * zoom, x0 + (near + w) * zoom, y0 + (top + h) * zoom];
    });
    const [left, top] = [0, 1].map((end) => Math.max(0, Math.min(...sides.map((side) => side[end]))));
    const right = Math.min(wide, Math.max(...sides.map((side) => side[2])));
    const bottom = Math.min(high, Math.max(...sides.map((side) => side[3])));
    const places = [
      { x: left / 2, y: high / 2, size: Math.min(left, high) },
      { x: (right + wide) / 2, y: high / 2, size: Math.min(wide - right, high) },
      { x: wide / 2, y: top / 2, size: Math.min(wide, top) },
      { x: wide / 2, y: (bottom + high) / 2, size: Math.min(wide, high - bottom) },
    ];
    return places.reduce((best, each) => (each.size > best.size ? each : best));
  }

  #draw() {
    const canvas = this.#canvas;
    const dense = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * dense);
    const height = Math.round(canvas.clientHeight * dense);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    if (!this.#last || !width || !height) return;

    const { moment, mirror, bitmap } = this.#last;
    const pen = this.#pen;
    const scale = Math.min(width / bitmap.width, height / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    const [x0, y0] = [(width - wide) / 2, (height - high) / 2];
    pen.save();
    if (mirror) {
      pen.translate(width, 0);
      pen.scale(-1, 1);
    }
    if (wide < width - 1 || high < height - 1) this.#surround(bitmap, width, height);
    pen.drawImage(bitmap, x0, y0, wide, high);
    pen.restore();

    if (!moment) return this.#tell([]);
    const notes = [];
    const zoom = wide / moment.size[0];
    const unit = Math.max(0.8 * dense, Math.min(wide, high) / 480);
    moment.faces.forEach((face, index) => {
      let [left, top, w, h] = face.box.map((value) => value * zoom);
      if (mirror) left = wide - left - w;
      const number = moment.faces.length > 1 ? String(numberOf(index, moment, mirror)) : "";
      const person = moment.people.find(({ id }) => id === face.id);
      if (this.#details()) this.#mark(face, number, index === moment.subject, x0 + left, y0 + top, w, h, unit, person);
      else this.#ring(person?.progress ?? 0, person?.counts !== false, x0 + left, y0 + top, w, h, unit);
      const text = this.#excuse(face, person, moment);
      if (text) notes.push({ text, left: (x0 + left + w / 2) / width, top: (y0 + top + h) / height });
    });
    this.#tell(notes);
  }

  // What the picture leaves free is a blurred copy of it: drawn very small, then large.
  #surround(bitmap, width, height) {
    const pen = this.#pen;
    const scale = Math.max(BLURRED / bitmap.width, BLURRED / bitmap.height);
    const small = this.#small;
    [small.width, small.height] = [Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale)];
    small.getContext("2d", { alpha: false }).drawImage(bitmap, 0, 0, small.width, small.height);
    const fill = Math.max(width / small.width, height / small.height);
    const [wide, high] = [small.width * fill, small.height * fill];
    pen.imageSmoothingQuality = "high";
    pen.drawImage(small, (width - wide) / 2, (height - high) / 2, wide, high);
    pen.fillStyle = "rgb(12 11 10 / 45%)";
    pen.fillRect(0, 0, width, height);
  }

  // Around a face: how far the hold is, and nothing else.
  #ring(progress, counts, left, top, width, height, unit) {
    const pen = this.#pen;
    const [x, y] = [left + width / 2, top + height / 2];
    const radius = Math.hypot(width, height) * 0.56;
    pen.globalAlpha = counts ? 1 : 0.6;
    pen.lineCap = "round";
    for (const [style, line, part] of [["rgb(0 0 0 / 35%)", 9, 1], ["rgb(255 255 255 / 85%)", 5, 1], [SMILE, 9, progress]]) {
      if (!part) continue;
      pen.strokeStyle = style;
      pen.lineWidth = line * unit * (counts ? 1 : 0.5);
      pen.beginPath();
      pen.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * part);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  // On the picture, under the faces: as words of the page, so that everybody can read them.
  #tell(notes) {
    const list = document.getElementById("notes");
    while (list.children.length > notes.length) list.lastElementChild.remove();
    while (list.children.length < notes.length) list.append(document.createElement("li"));
    notes.forEach(({ text, left, top }, place) => {
      const note = list.children[place];
      if (note.textContent !== text) note.textContent = text;
      const half = note.offsetWidth / 2 / list.clientWidth;
      note.style.left = `${100 * Math.max(half, Math.min(left, 1 - half))}%`;
      note.style.top = `${100 * Math.min(top, 0.9)}%`;
    });
  }

  #mark(face, number, counts, left, top, width, height, unit, person) {
    const pen = this.#pen;
    const colour = face.emotion === "happy" ? SMILE : PAPER;
    pen.globalAlpha = counts ? 1 : person?.counts === false ? 0.45 : 0.8;
    pen.lineJoin = "round";
    for (const [style, line] of [["rgb(0 0 0 / 45%)", counts ? 6 : 4], [colour, counts ? 3.2 : 1.8]]) {
      pen.strokeStyle = style;
      pen.lineWidth = line * unit;
      pen.beginPath();
      pen.roundRect(left, top, width, height, Math.min(width, height) * 0.12);
      pen.stroke();
    }
    if (person?.progress) {
      // how far the hold of this person is: a bar on the lower edge
      pen.fillStyle = SMILE;
      pen.beginPath();
      pen.roundRect(left, top + height - 4 * unit, width * person.progress, 8 * unit, 4 * unit);
      pen.fill();
    }
    const size = (counts ? 19 : 15) * unit;
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    // where faces stand close together, only the one who counts has room for words
    const words = say(face.emotion);
    const whole = number ? `${number} · ${words}` : words;
    const room = counts || !number || pen.measureText(whole).width < width * 1.2;
    const text = room ? whole : number;
    const [w, h] = [pen.measureText(text).width + size, size * 1.55];
    const x = Math.max(0, Math.min(left + (width - w) / 2, this.#canvas.width - w));
    // not over the forehead of who is high in the picture: then under the chin
    const under = top + height + 9 * unit;
    const y = top - h - 5 * unit > 0 ? top - h - 5 * unit : under + h < this.#canvas.height ? under : top + 5 * unit;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(x, y, w, h, h / 2);
    pen.fill();
    pen.fillStyle = INK;
    pen.fillText(text, x + size / 2, y + h * 0.53);
    pen.globalAlpha = 1;
  }
}
