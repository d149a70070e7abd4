// Every word that the page says: one file a language, `{name}` where something is filled in.

const FALLBACK = "en";
let words = {};
let language = FALLBACK;
let locale = FALLBACK; // with the country, which says how dates are written

// Load the language that is wanted; `auto` takes the first of the browser's that there is.
export async function speak(wanted) {
  const known = document.documentElement.dataset.languages.split(" ");
  const asked = wanted === "auto" ? navigator.languages : [wanted];
  const short = asked.map((tag) => tag.toLowerCase().split("-")[0]);
  const chosen = short.find((tag) => known.includes(tag)) ?? FALLBACK;
  const answer = await fetch(`/static/words/${chosen}.json`);
  words = await answer.json();
  language = chosen;
  locale = navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === chosen) ?? chosen;
  document.documentElement.lang = chosen;
  label(document);
}

export function say(key, values = {}) {
  return (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const knows = (key) => key in words;

// What the booth says went wrong, in the language of the page: its own words are English, its codes have a word here.
// Guests at a kiosk cannot do what the host is told.
export function tellProblem({ code, message, hint, worker }) {
  const guests = document.documentElement.hasAttribute("data-kiosk");
  if (language === "en" && !guests) return { text: worker ? `${worker}: ${message}` : message, hint };
  const key = `problem.${code}`;
  return { text: say(knows(key) ? key : "notDone"), hint: say(guests ? "tellHost" : "problem.hint") };
}

export function percent(score) {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(score);
}

export const number = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);

export function bytes(count) {
  const [unit, size] = count < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(count / size);
}

// Hours and minutes of so many seconds.
export function duration(seconds) {
  const part = (value, unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
  const minutes = Math.floor(seconds / 60);
  return [[Math.floor(minutes / 60), "hour"], [minutes % 60, "minute"]].map(([value, unit]) => part(value, unit)).join(" ");
}

export const day = (date) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(date);

export function moment(date, timeStyle = "short") {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle }).format(date);
}

// A language in the words of the one that is spoken.
export const languageName = (tag) => new Intl.DisplayNames(language, { type: "language" }).of(tag);

// A language in its own words: Deutsch, 日本語.
export function nameOf(tag) {
  return new Intl.DisplayNames(tag, { type: "language" }).of(tag);
}

// Fill in the words that stand in the page itself.
export function label(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.matches(".tool")) element.title = say(element.dataset.label);
  }
}
