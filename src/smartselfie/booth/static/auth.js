// Requests that only the host may make where the booth is locked: the PIN is asked for once, and forgotten soon.

import { enter } from "./places.js";
import { say } from "./i18n.js";

const FORGET_AFTER = 120_000;

const byId = (id) => document.getElementById(id);

const root = document.documentElement;

let pin = "";
let forget = 0;
let keeping = false;

// Who looks at the page, as the booth says: what only the host may do is hidden where no PIN makes one of them.
export function setRole({ role, locked }) {
  root.dataset.role = role;
  root.toggleAttribute("data-locked", locked);
}

export const mayHost = () => root.dataset.role === "host" || root.hasAttribute("data-locked");

// fetch, with the PIN; asks for it where it is missing. Null when the person gives up.
export async function asHost(address, options = {}) {
  let answer = await request(address, options);
  while (root.hasAttribute("data-locked") && (answer.status === 403 || answer.status === 429)) {
    const told = pin || answer.status === 429;
    if (!(await askForPin(told ? say(answer.status === 429 ? "waitPin" : "wrongPin") : ""))) return null;
    answer = await request(address, options);
  }
  return answer;
}

// Ask for the PIN before a room is entered that is the host's. False when the person gives up.
export async function unlock() {
  return !root.hasAttribute("data-locked") || (await asHost("/api/unlock", { method: "POST" })) !== null;
}

// On a page that is the host's alone the PIN is asked for once.
export function keepPin() {
  keeping = true;
}

export function forgetPin() {
  pin = "";
}

// Leaving the host's rooms locks them: the settings at once, others where nothing is open any more.
export function forgetWhenLeft() {
  const left = ({ target }) => {
    if (!(target instanceof HTMLDialogElement) || target === byId("pin")) return;
    if (target === byId("settings") || !document.querySelector("dialog[open]")) forgetPin();
  };
  document.addEventListener("close", left, true); // it does not bubble
}

function request(address, options) {
  return fetch(address, { ...options, headers: { ...options.headers, ...(pin && { "X-PIN": pin }) } });
}

function askForPin(note) {
  const dialog = byId("pin");
  pin = "";
  byId("pin-input").value = "";
  byId("pin-note").textContent = note;
  dialog.showModal();
  enter(dialog);
  return new Promise((done) => {
    const leave = (given) => {
      dialog.close();
      byId("pin-form").onsubmit = byId("pin-cancel").onclick = dialog.oncancel = null;
      done(given);
    };
    byId("pin-form").onsubmit = (event) => {
      event.preventDefault();
      pin = byId("pin-input").value;
      clearTimeout(forget);
      if (!keeping) forget = setTimeout(forgetPin, FORGET_AFTER);
      leave(true);
    };
    byId("pin-cancel").onclick = () => leave(false);
    dialog.oncancel = (event) => {
      event.preventDefault();
      leave(false);
    };
  });
}
