// The sentence, the ring, the smile meter and the seven bars: how far the photo is, and why it is not there yet.

import { knows, percent, say } from "./i18n.js";

const NOTHING = "–";

const byId = (id) => document.getElementById(id);

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class Panel {
  #bars = new Map();
  #chosen = null;
  #expression = "happy";

  // A bar for each emotion, in the booth's order.
  #build(emotions) {
    for (const emotion of emotions) {
      const row = document.createElement("div");
      const name = document.createElement("dt");
      const track = document.createElement("dd");
      const value = document.createElement("dd");
      const level = document.createElement("span");
      track.className = "track";
      track.setAttribute("aria-hidden", "true");
      track.append(level);
      value.className = "score";
      row.dataset.emotion = emotion;
      row.append(name, track, value);
      byId("bars").append(row);
      this.#bars.set(emotion, { row, name, level, value });
    }
  }

  // The words of the language that is spoken now, and the expression that a photo waits for.
  label(expression, emotions) {
    if (this.#bars.size === 0) this.#build(emotions);
    this.#expression = expression;
    write(byId("smile-title"), say(expression === "happy" ? "smile" : expression));
    for (const [emotion, { name }] of this.#bars) write(name, say(emotion));
    this.blank();
  }

  // Whose scores are shown: a place in `faces`, or null.
  seen(moment) {
    const chosen = moment.faces.findIndex((face, place) => nameOf(face, place) === this.#chosen);
    return chosen < 0 ? (moment.subject ?? (moment.faces.length ? 0 : null)) : chosen;
  }

  show(moment, mirror) {
    this.say(this.why(moment.why_not), say(`why.${moment.why_not}.hint`, { n: Math.max(1, Math.ceil(moment.cooldown)) }));
    const seen = this.seen(moment);
    const face = seen === null ? null : moment.faces[seen];
    this.#people(moment, mirror, seen);
    const person = moment.people.find(({ id }) => id === face?.id);
    write(byId("person-why"), person && seen !== moment.subject ? this.why(person.why_not) : "");
    this.#count(moment);
    const score = face ? face.emotions[this.#expression] : null;
    this.#meter(score, moment.threshold, face?.emotion === this.#expression && score >= moment.threshold);
    for (const [emotion, { row, level, value }] of this.#bars) {
      const score = face ? face.emotions[emotion] : 0;
      level.style.setProperty("--score", score.toFixed(4));
      write(value, face ? percent(score) : NOTHING);
      row.toggleAttribute("data-top", face?.emotion === emotion);
    }
  }

  // The reason why there is no photo yet, in words.
  why(reason) {
    const other = `why.${reason}.other`;
    const asked = this.#expression !== "happy" && knows(other);
    return say(asked ? other : `why.${reason}`, { emotion: say(this.#expression) });
  }

  // Why a smile does not count, for somebody who smiles all the same; else nothing.
  excuse(face, person, moment) {
    const smiling = face.emotions[this.#expression] >= (moment.threshold ?? 0.5);
    return smiling && person?.counts === false ? this.why(person.why_not) : "";
  }

  // No frame to speak of.
  blank() {
    byId("people").hidden = true;
    write(byId("person-why"), "");
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

  // A button a person, where there is more than one.
  #people(moment, mirror, seen) {
    const box = byId("people");
    box.hidden = moment.faces.length < 2;
    if (box.hidden) return;
    while (box.children.length > moment.faces.length) box.lastElementChild.remove();
    while (box.children.length < moment.faces.length) {
      const button = document.createElement("button");
      button.type = "button";
      button.addEventListener("click", () => {
        this.#chosen = this.#chosen === button.dataset.who ? null : button.dataset.who;
      });
      box.append(button);
    }
    moment.faces.forEach((face, place) => {
      const number = numberOf(place, moment, mirror);
      const button = box.children[number - 1];
      button.dataset.who = nameOf(face, place);
      const person = moment.people.find(({ id }) => id === face.id);
      write(button, String(number));
      button.style.setProperty("--progress", person?.progress ?? 0);
      button.title = person ? this.why(person.why_not) : "";
      button.toggleAttribute("data-background", person?.counts === false);
      button.setAttribute("aria-label", say("person", { n: number }));
      button.setAttribute("aria-pressed", String(place === seen));
    });
  }

  #count(moment) {
    byId("count").hidden = moment.held === 0;
    write(byId("held"), String(moment.held));
    write(byId("needed"), say("of", { n: moment.needed }));
    byId("ring").style.setProperty("--progress", moment.progress);
  }

  #meter(score, threshold, happy) {
    const meter = byId("meter");
    byId("level").style.setProperty("--score", (score ?? 0).toFixed(4));
    meter.toggleAttribute("data-happy", happy);
    meter.setAttribute("aria-valuenow", String(Math.round((score ?? 0) * 100)));
    write(byId("smile-value"), score === null ? NOTHING : percent(score));
    if (threshold !== null) {
      byId("mark").style.setProperty("--score", threshold);
      write(byId("mark-text"), say("mark", { percent: percent(threshold) }));
    }
  }
}

// As they are seen, from left to right.
export const numberOf = (place, moment, mirror) => (mirror ? moment.faces.length - place : place + 1);

// People keep their number from frame to frame where they are followed; else the place from the left stands for them.
const nameOf = (face, place) => (face.id === null ? `place ${place}` : `id ${face.id}`);
