// The booth's page: what the server says is shown, what the person does is sent.

import { connect } from "./connection.js";
import { label, words } from "./messages.js";
import { Panel } from "./panel.js";
import { Photos } from "./photos.js";
import { Stage } from "./stage.js";

const SAY_AFTER = 1000;
const FINAL = ["finished", "failed", "left"];

const byId = (id) => document.getElementById(id);

label(document);
const panel = new Panel();
const photos = new Photos();
const stage = new Stage(byId("view"));
let live = false; // whether there is a frame to take
let hangUp = () => {};

// ---- what the booth says

function show(shown, bitmap) {
  const { phase, moment, events } = shown;
  if (moment && bitmap) {
    stage.show(moment, shown.mirror, bitmap);
    panel.show(moment);
  }
  for (const event of events) if (event.event === "photo") taken(event);
  if (phase === "running" && moment) return running(moment);
  if (phase === "running" || phase === "opening") return notice("waiting", ...words.opening);
  if (phase === "failed") notice("off", shown.problem.message, shown.problem.hint);
  else notice("ended", ...words[phase]);
  if (FINAL.includes(phase)) hangUp();
}

function running(moment) {
  const lost = moment.why_not === "lost";
  setStatus(lost ? "lost" : "live");
  byId("stage").toggleAttribute("data-stale", lost);
  enable(!lost);
  sayLater(words[moment.why_not][0]);
}

// No live picture: say why.
function notice(kind, text, hint) {
  setStatus(kind);
  byId("stage").setAttribute("data-stale", "");
  panel.blank();
  panel.say(text, hint);
  enable(false);
  say(`${text}. ${hint}`);
}

function setStatus(kind) {
  byId("status").dataset.kind = kind;
  const text = words.status[kind];
  if (byId("status-text").textContent !== text) byId("status-text").textContent = text;
}

function enable(on) {
  live = on;
  byId("shutter").disabled = !on;
}

function taken(event) {
  const flash = byId("flash");
  flash.classList.remove("on");
  void flash.offsetWidth; // so that the animation starts over
  flash.classList.add("on");
  byId("shutter").classList.remove("pressed");
  say(event.why === "hand" ? words.byHand : words.taken);
  photos.add(event.path);
}

// ---- for screen readers: only what lasts is said

let later = 0;
let planned = "";

function say(text) {
  clearTimeout(later);
  planned = "";
  if (byId("said").textContent !== text) byId("said").textContent = text;
}

function sayLater(text) {
  if (text === planned) return;
  clearTimeout(later);
  planned = text;
  later = setTimeout(() => {
    byId("said").textContent = text;
  }, SAY_AFTER);
}

// ---- what the person does

async function shoot() {
  if (!live) return;
  const shutter = byId("shutter");
  shutter.classList.add("pressed");
  setTimeout(() => shutter.classList.remove("pressed"), 600);
  try {
    const answer = await fetch("/api/shoot", { method: "POST" });
    if (!answer.ok) say(words.noPicture);
  } catch {
    say(words.offline[0]);
  }
}

function askToLeave() {
  if (!document.querySelector("dialog[open]")) byId("ask").showModal();
}

async function leave() {
  byId("ask").close();
  hangUp();
  notice("ended", ...words.left);
  byId("leave").hidden = true;
  try {
    await fetch("/api/quit", { method: "POST" });
  } catch {
    // it has gone already
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === " ") {
    // a control that was reached with the keyboard keeps its own space bar
    const control = event.target.closest("button");
    if (control && control !== byId("shutter") && control.matches(":focus-visible")) return;
    event.preventDefault();
    if (event.type === "keydown" && !event.repeat) shoot();
  } else if (event.type === "keydown" && !event.repeat && (event.key === "Escape" || event.key === "q")) {
    event.preventDefault();
    askToLeave();
  }
}

byId("shutter").setAttribute("aria-label", words.shutter);
byId("shutter").title = words.shutter;
byId("shutter").addEventListener("click", shoot);
byId("leave").addEventListener("click", askToLeave);
byId("stay").addEventListener("click", () => byId("ask").close());
byId("go").addEventListener("click", leave);
document.addEventListener("keydown", onKey);
document.addEventListener("keyup", onKey);

notice("waiting", ...words.opening);
hangUp = connect({
  show,
  up: () => photos.load().catch(() => {}),
  down: () => notice("off", ...words.offline),
});
