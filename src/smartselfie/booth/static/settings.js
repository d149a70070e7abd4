// The settings: what the booth knows of them, and the form that changes them at once.

import { asHost, unlock } from "./host.js";
import { EMOTIONS } from "./panel.js";
import { knows, nameOf, percent, say, speak } from "./words.js";

const byId = (id) => document.getElementById(id);

const RULES = ["largest", "anyone", "everyone", "majority"];

const FIELDS = [
  { name: "source", kind: "choice", options: ({ cameras }) => [[null, say("automatic")], ...cameras.map(camera)] },
  { name: "rule", kind: "choice", options: rules, read: (text) => (/^\d+$/.test(text) ? Number(text) : text) },
  { name: "smile", word: "smileNeeded", kind: "choice", options: smiles, read: Number },
  { name: "expression", kind: "choice", options: () => EMOTIONS.map((emotion) => [emotion, say(emotion)]) },
  { name: "eyes_open", kind: "switch" },
  { name: "hold", kind: "range", min: 1, max: 60, step: 1 },
  { name: "hold_seconds", kind: "range", min: 0, max: 5, step: 0.25 },
  { name: "rest", kind: "range", min: 0, max: 30, step: 1 },
  { name: "countdown", kind: "range", min: 0, max: 10, step: 1 },
  { name: "mirror", kind: "switch" },
  { name: "sounds", kind: "switch" },
  { name: "clip", kind: "switch" },
  { name: "language", kind: "choice", options: ({ languages }) => [["auto", say("automatic")], ...languages.map((tag) => [tag, nameOf(tag)])] },
];

const camera = ({ source, name }) => [source, knows(`source.${source}`) ? say(`source.${source}`) : name];

function rules({ values }) {
  const numbers = [...new Set([2, 3, 4, values.rule].filter((rule) => typeof rule === "number"))].sort();
  return [...RULES.map((rule) => [rule, say(`rule.${rule}`)]), ...numbers.map((n) => [n, say("rule.number", { n })])];
}

// The thresholds that have a name, and the one of now if it has none.
function smiles({ values, smiles: named }) {
  const options = Object.entries(named).map(([name, score]) => [score, say(`smile.${name}`)]);
  return Object.values(named).includes(values.smile) ? options : [...options, [values.smile, percent(values.smile)]];
}

export class Settings {
  values = { countdown: 0, sounds: true };
  kiosk = false;
  lan = false;
  deleteAfter = null;
  #told = null;
  #filled = ""; // what the form shows, as text
  #wanted = {}; // changes that are on their way
  #turn = Promise.resolve(); // until the last request has been answered
  #changed;

  // `changed` is called after every change, whoever made it.
  constructor(changed) {
    this.#changed = changed;
    byId("open-settings").addEventListener("click", () => this.#open());
    byId("settings").addEventListener("click", ({ target }) => target === byId("settings") && byId("settings").close());
  }

  load() {
    return this.#inTurn(() => this.#ask());
  }

  async #ask() {
    const answer = await fetch("/api/settings");
    if (answer.ok) await this.#take(await answer.json());
  }

  // One request after the other, so that what is answered last is what holds.
  #inTurn(request) {
    const answered = this.#turn.then(request);
    this.#turn = answered.catch(() => {});
    return answered;
  }

  async #take(told) {
    const spoken = this.values.language === told.values.language;
    this.#told = told;
    this.values = told.values;
    this.kiosk = told.kiosk;
    this.lan = told.lan;
    this.deleteAfter = told.delete_after;
    this.locked = told.locked;
    if (!spoken) await speak(told.values.language, told.languages);
    // a form that shows it already stays as it is: somebody may be moving something on it
    const shown = spoken && this.#filled === JSON.stringify(this.#wished());
    if (byId("settings").open && !shown) this.#fill();
    this.#changed();
  }

  // What was told, with the changes that the booth has not heard of.
  #wished() {
    return { ...this.#told, values: { ...this.#told.values, ...this.#wanted } };
  }

  async #open() {
    if (!(await unlock(this.locked))) return;
    await this.load();
    byId("settings-note").textContent = "";
    this.#fill();
    byId("settings").showModal();
  }

  #fill() {
    const focused = document.activeElement?.name;
    const wished = this.#wished();
    this.#filled = JSON.stringify(wished);
    byId("fields").replaceChildren(...FIELDS.map((field) => this.#field(field, wished)));
    if (focused) byId("settings-form").elements[focused]?.focus();
  }

  #field(field, wished) {
    const row = document.createElement("label");
    const word = document.createElement("span");
    row.className = `field ${field.kind}`;
    word.textContent = say(field.word ?? field.name);
    const control = CONTROLS[field.kind](field, wished);
    control.input.name = field.name;
    // the number beside it is no part of its name
    word.id = `word-${field.name}`;
    control.input.setAttribute("aria-labelledby", word.id);
    control.input.addEventListener("change", () => this.#change(field.name, control.read()));
    row.append(word, ...control.parts);
    return row;
  }

  #change(name, value) {
    this.#wanted = { ...this.#wanted, [name]: value };
    this.#filled = JSON.stringify(this.#wished());
    byId("settings-note").textContent = "";
    this.#inTurn(() => this.#send(name, value));
  }

  async #send(name, value) {
    try {
      const answer = await asHost("/api/settings", {
        method: "PATCH",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ [name]: value }),
      });
      const told = await answer?.json();
      this.#heard(name, value);
      if (answer?.ok) await this.#take(told);
      else await this.#ask(); // what could not be saved holds all the same, what is impossible does not
      byId("settings-note").textContent = !answer ? "" : answer.ok ? say("saved") : String(told.detail);
      byId("settings-note").classList.toggle("bad", !!answer && !answer.ok);
    } catch {
      // the booth is gone, and the page says so; when it is back it is asked what holds
      this.#heard(name, value);
    }
  }

  #heard(name, value) {
    const { [name]: wanted, ...others } = this.#wanted;
    if (wanted === value) this.#wanted = others; // or it has been changed again since
  }
}

const CONTROLS = {
  choice(field, told) {
    const input = document.createElement("select");
    const options = field.options(told);
    input.append(...options.map(([value, text]) => new Option(text, value ?? "", false, value === told.values[field.name])));
    return { input, parts: [input], read: () => (input.value ? (field.read ?? String)(input.value) : null) };
  },
  range(field, told) {
    const input = document.createElement("input");
    const value = document.createElement("output");
    const show = field.show ?? String;
    Object.assign(input, { type: "range", min: field.min, max: field.max, step: field.step });
    input.value = told.values[field.name];
    value.textContent = show(Number(input.value));
    input.addEventListener("input", () => {
      value.textContent = show(Number(input.value));
    });
    return { input, parts: [value, input], read: () => Number(input.value) };
  },
  switch(field, told) {
    const input = document.createElement("input");
    Object.assign(input, { type: "checkbox", checked: told.values[field.name] });
    input.setAttribute("role", "switch");
    return { input, parts: [input], read: () => input.checked };
  },
};
