// Requests that only the host may make where the booth is locked: the PIN is asked for once, and forgotten soon.

import { say } from "./i18n.js";

const FORGET_AFTER = 120_000;

const byId = (id) => document.getElementById(id);

let pin = "";
let forget = 0;

// fetch, with the PIN; asks for it where it is missing. Null when the person gives up.
export async function asHost(address, options = {}) {
  let answer = await request(address, options);
  while (answer.status === 403 || answer.status === 429) {
    const told = pin || answer.status === 429;
    if (!(await askForPin(told ? say(answer.status === 429 ? "waitPin" : "wrongPin") : ""))) return null;
    answer = await request(address, options);
  }
  return answer;
}

// Ask for the PIN before a room is entered that is the host's. False when the person gives up.
export async function unlock(locked) {
  return !locked || (await asHost("/api/unlock", { method: "POST" })) !== null;
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
      forget = setTimeout(() => {
        pin = "";
      }, FORGET_AFTER);
      leave(true);
    };
    byId("pin-cancel").onclick = () => leave(false);
    dialog.oncancel = (event) => {
      event.preventDefault();
      leave(false);
    };
  });
}
