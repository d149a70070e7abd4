// The sentence, the ring, the smile meter and the seven bars: how far the photo is, and why it is not there yet.

import { words } from "./messages.js";

const EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
const NOTHING = "–";

const byId = (id) => document.getElementById(id);

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class Panel {
  #bars = new Map();

  constructor() {
    for (const emotion of EMOTIONS) {
      const row = document.createElement("div");
      const name = document.createElement("dt");
      const track = document.createElement("dd");
      const value = document.createElement("dd");
      const level = document.createElement("span");
      name.textContent = words[emotion];
      track.className = "track";
      track.setAttribute("aria-hidden", "true");
      track.append(level);
      value.className = "score";
      row.dataset.emotion = emotion;
      row.append(name, track, value);
      byId("bars").append(row);
      this.#bars.set(emotion, { row, level, value });
    }
    this.blank();
  }

  show(moment) {
    const subject = moment.subject === null ? null : moment.faces[moment.subject];
    const [sentence, hint] = words[moment.why_not];
    this.say(sentence, typeof hint === "function" ? hint(Math.max(1, Math.ceil(moment.rest))) : hint);
    this.#count(moment);
    this.#meter(subject ? subject.emotions.happy : null, moment.threshold, moment.happy);
    for (const [emotion, { row, level, value }] of this.#bars) {
      const score = subject ? subject.emotions[emotion] : 0;
      level.style.setProperty("--score", score.toFixed(4));
      write(value, subject ? words.percent(score) : NOTHING);
      row.toggleAttribute("data-top", subject?.emotion === emotion);
    }
  }

  // No frame to speak of.
  blank() {
    byId("count").hidden = true;
    byId("ring").style.setProperty("--progress", 0);
    this.#meter(null, null, false);
    for (const { row, level, value } of this.#bars.values()) {
      level.style.setProperty("--score", 0);
      write(value, NOTHING);
      row.removeAttribute("data-top");
    }
  }

  say(sentence, hint) {
    write(byId("sentence"), sentence);
    write(byId("hint"), hint);
  }

  #count(moment) {
    byId("count").hidden = moment.held === 0;
    write(byId("held"), String(moment.held));
    write(byId("needed"), words.of(moment.needed));
    byId("ring").style.setProperty("--progress", moment.progress);
  }

  #meter(score, threshold, happy) {
    const meter = byId("meter");
    byId("level").style.setProperty("--score", (score ?? 0).toFixed(4));
    meter.toggleAttribute("data-happy", happy);
    meter.setAttribute("aria-valuenow", String(Math.round((score ?? 0) * 100)));
    write(byId("smile-value"), score === null ? NOTHING : words.percent(score));
    if (threshold !== null) {
      byId("mark").style.setProperty("--score", threshold);
      write(byId("mark-text"), words.mark(Math.round(threshold * 100)));
    }
  }
}
