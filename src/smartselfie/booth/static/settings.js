// The settings: what the booth knows of them, and the form that changes them at once. Which settings there are, how each
// is shown and how far it goes comes from the booth; the page has the words.

import { asHost, mayHost, setRole, unlock } from "./auth.js";
import { missingLetters } from "./fonts.js";
import { enter } from "./places.js";
import { knows, nameOf, percent, say, speak, tellProblem } from "./i18n.js";

const byId = (id) => document.getElementById(id);

// Steps of a slider for values that its own step would skip.
const FINER = [0.5, 0.25, 0.1, 0.05, 0.01];

// What can be chosen: the listed choices, and the value in force if it is none of them.
function choicesOf({ name, choices }, { values, cameras }) {
  const listed = name === "source" ? [{ value: null }, ...cameras.map(({ source, name }) => ({ value: source, name }))] : choices;
  const value = values[name];
  return listed.some((choice) => choice.value === value) ? listed : [...listed, { value, name: String(value) }];
}

function wordFor(field, choice) {
  if (choice.value === null || choice.value === "auto") return say("automatic");
  if (field.name === "language") return nameOf(choice.value);
  const key = field.name === "expression" ? choice.name : `${field.name}.${choice.name}`;
  if (knows(key)) return say(key);
  if (typeof choice.value !== "number") return choice.name;
  return knows(`${field.name}.number`) ? say(`${field.name}.number`, { n: choice.value }) : percent(choice.value);
}

// The slider's step, or the first finer one that reaches the value.
function stepTo(value, { min, step }) {
  const reaches = (each) => Math.abs((value - min) / each - Math.round((value - min) / each)) < 1e-6;
  return [step, ...FINER.filter((each) => each < step)].find(reaches) ?? "any";
}

export class Settings {
  values = { countdown: 0, sounds: true };
  kiosk = false;
  lan = false;
  consent = false;
  deleteAfter = null;
  emotions = [];
  #told = null;
  #filled = ""; // what the form shows, as text
  #wanted = {}; // changes that are on their way
  #turn = Promise.resolve(); // until the last request has been answered
  #changed;

  // `changed` is called after every change, whoever made it.
  constructor(changed) {
    this.#changed = changed;
    byId("open-settings").addEventListener("click", () => this.open());
    byId("defaults").addEventListener("click", () => this.#reset());
    byId("settings").addEventListener("click", ({ target }) => target === byId("settings") && byId("settings").close());
  }

  load() {
    return this.#inTurn(() => this.#ask());
  }

  async #ask(query = "") {
    const answer = await fetch(`/api/settings${query}`);
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
    this.emotions = choicesNamed(told, "expression");
    this.kiosk = told.kiosk;
    this.lan = told.lan;
    this.consent = told.consent;
    this.deleteAfter = told.delete_after;
    this.locked = told.locked;
    setRole(told);
    if (!spoken) await speak(told.values.language);
    // a form that shows it already stays as it is: somebody may be moving something on it
    const shown = spoken && this.#filled === JSON.stringify(this.#wished());
    if (byId("settings").open && !shown) this.#fill();
    this.#changed();
  }

  // What was told, with the changes that the booth has not heard of.
  #wished() {
    return { ...this.#told, values: { ...this.#told.values, ...this.#wanted } };
  }

  async open() {
    if (!mayHost() || !(await unlock())) return;
    await this.#inTurn(() => this.#ask("?rescan=true")); // a camera may have been plugged in
    byId("settings-note").textContent = "";
    this.#fill();
    byId("settings").showModal();
    enter(byId("settings"), "settings");
  }

  #fill() {
    const focused = document.activeElement?.name;
    const wished = this.#wished();
    this.#filled = JSON.stringify(wished);
    byId("fields").replaceChildren(...wished.form.map((field) => this.#field(field, wished)));
    const missing = missingLetters();
    byId("fonts-note").hidden = !missing;
    byId("fonts-note").textContent = missing;
    if (focused) byId("settings-form").elements[focused]?.focus();
  }

  #field(field, wished) {
    const row = document.createElement("label");
    const word = document.createElement("span");
    row.className = `field ${field.kind}`;
    word.textContent = say(`setting.${field.name}`);
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
      else await this.#ask(); // nothing has changed: show what holds
      byId("settings-note").textContent = !answer ? "" : answer.ok ? say("saved") : tellProblem({ ...told, message: String(told.detail) }).text;
      byId("settings-note").classList.toggle("bad", !!answer && !answer.ok);
    } catch {
      // the booth is gone, and the page says so; when it is back it is asked what holds
      this.#heard(name, value);
    }
  }

  // All of them, but for the camera that is looked through.
  async #reset() {
    const { source, ...defaults } = this.#told.defaults;
    for (const [name, value] of Object.entries(defaults)) if (value !== this.values[name]) this.#change(name, value);
    await this.#turn;
    this.#fill();
  }

  #heard(name, value) {
    const { [name]: wanted, ...others } = this.#wanted;
    if (wanted === value) this.#wanted = others; // or it has been changed again since
  }
}

const choicesNamed = ({ form }, name) => form.find((field) => field.name === name).choices.map(({ value }) => value);

const CONTROLS = {
  choice(field, told) {
    const input = document.createElement("select");
    const choices = choicesOf(field, told);
    const now = told.values[field.name];
    const option = (choice) => new Option(wordFor(field, choice), choice.value ?? "", false, choice.value === now);
    input.append(...choices.map(option));
    const chosen = () => choices.find(({ value }) => String(value ?? "") === input.value);
    return { input, parts: [input], read: () => (chosen() ?? input).value };
  },
  range(field, told) {
    const input = document.createElement("input");
    const output = document.createElement("output");
    const now = told.values[field.name];
    // a slider shows no value beyond its end or between its steps
    Object.assign(input, { type: "range", min: field.min, max: Math.max(field.max, now), step: stepTo(now, field) });
    input.value = now;
    output.textContent = input.value;
    input.addEventListener("input", () => {
      output.textContent = input.value;
    });
    return { input, parts: [output, input], read: () => Number(input.value) };
  },
  switch(field, told) {
    const input = document.createElement("input");
    Object.assign(input, { type: "checkbox", checked: told.values[field.name] });
    input.setAttribute("role", "switch");
    return { input, parts: [input], read: () => input.checked };
  },
};
