// The booth's page: what the server says is shown, what the person does is sent.

import { Attract } from "./attract.js";
import { Camera } from "./camera.js";
import { celebrate } from "./confetti.js";
import { connect } from "./connection.js";
import { Consent } from "./consent.js";
import { Gallery } from "./gallery.js";
import { asHost, forgetPin, forgetWhenLeft, mayHost, unlock } from "./auth.js";
import { comeBack, enter } from "./places.js";
import { Panel } from "./panel.js";
import { Photos } from "./photos.js";
import { openHelp, prepareHelp } from "./help.js";
import { keepAwake, prepareKiosk, toggleFullScreen } from "./fullscreen.js";
import { closeAll, returnAfter } from "./idle.js";
import { say, sayLater, whereabouts } from "./said.js";
import { Settings } from "./settings.js";
import { prepareSharing } from "./sharing.js";
import * as sounds from "./sounds.js";
import { LiveView } from "./live_view.js";
import { knows, say as word, speak, tellProblem } from "./i18n.js";

const FLASH_ONCE = 250;
// Seconds that a countdown may be late.
const LATE = 2;
const FINAL = ["finished", "failed", "left"];
const ENDS = ["ended", "finished", "left", "stopped", "offline"].map((each) => `phase.${each}`);
const KINDS = { opening: "waiting", running: "waiting", paused: "paused", consent: "paused", trouble: "lost", failed: "off" };

const byId = (id) => document.getElementById(id);

const root = document.documentElement;
const panel = new Panel();
const liveView = new LiveView(byId("view"), (face, person, moment) => panel.excuse(face, person, moment), () => !root.hasAttribute("data-party"));
const gallery = new Gallery();
const photos = new Photos((place) => gallery.show(place), whiten);
const attract = new Attract();
const consent = new Consent(() => tell(last));
const settings = new Settings(settle);
const camera = new Camera((problem) => {
  cameraProblem = problem;
  if (last) tell(last);
});
let live = false; // whether there is a frame to take
let last = null; // what was said last
let version = null;
let cameraProblem = null; // of this browser's own camera
let counting = 0;
let flashed = -Infinity;
let awaited = false; // a photo was decided, and is not kept yet
let hangUp = () => {};
let detailed = false; // whether it is decided if the details are shown
let reached = false; // a control was reached with the keyboard since a dialog was open

// ---- what the booth says

function show(shown, bitmap) {
  const { moment, events } = shown;
  if (bitmap) liveView.show(moment, shown.mirror, bitmap);
  else liveView.clear();
  if (counting) placeCountdown();
  for (const event of events) if (event.event === "photo") taken(event);
  if (version !== null && shown.version !== version) refresh();
  version = shown.version;
  last = shown;
  tell(shown);
}

// In words: what is going on, and what is in the way.
function tell(shown) {
  const { phase, moment, problem } = shown;
  warn(shown);
  byId("demo").hidden = !shown.demo;
  consent.ask(phase === "consent");
  // where guests are asked first, nobody sees the photos of others
  attract.watch(phase === "running" && moment?.why_not === "no_face" && !settings.consent);
  if (phase === "running" && cameraProblem && (!moment || moment.why_not === "lost")) {
    return notice("lost", word(`camera.${cameraProblem}`), word(`camera.${cameraProblem}.hint`));
  }
  if (phase === "running" && moment) return running(moment);
  const key = phase === "running" ? "opening" : phase;
  const { text, hint } = problem ? tellProblem(problem) : told(phase === "consent" && consent.declined ? "declined" : `phase.${key}`);
  notice(KINDS[phase] ?? "ended", text, hint, !["paused", "consent"].includes(phase));
  if (FINAL.includes(phase)) hangUp();
}

// A sentence and what can be done about it: who started the program can start it again, guests at a kiosk cannot.
function told(key) {
  if (settings.kiosk && ENDS.includes(key)) return { text: word(key), hint: word("tellHost") };
  return { text: word(key), hint: word(knows(`${key}.hint`) ? `${key}.hint` : "startAgain") };
}

function running(moment) {
  const lost = moment.why_not === "lost";
  panel.show(moment, last.mirror);
  if (counting) panel.say(word("counting"), word("counting.hint"));
  setStatus(lost ? "lost" : "live");
  byId("stage").toggleAttribute("data-stale", lost);
  enable(!lost);
  byId("status").title = word("dropped", { n: moment.dropped });
  if (moment.why_not === "ready") {
    awaited = true;
    flash();
  }
  sounds.hold(moment.why_not === "holding" ? moment.progress : 0);
  if (moment.why_not === "holding") photos.dismiss().catch(() => {});
  if (!counting) sayLater(`${panel.why(moment.why_not)} ${whereabouts(moment, last.mirror)}`.trim());
}

// No frame that was read: say why.
function notice(kind, text, hint, stale = true) {
  setStatus(kind);
  byId("stage").toggleAttribute("data-stale", stale);
  panel.blank();
  panel.say(text, hint);
  enable(false);
  say(`${text}. ${hint}`);
}

function setStatus(kind) {
  byId("status").dataset.kind = kind;
  const text = word(`status.${kind}`);
  if (byId("status-text").textContent !== text) byId("status-text").textContent = text;
}

function enable(on) {
  live = on;
  byId("shutter").disabled = !on;
}

function warn({ disk_low: diskLow, problems }) {
  const sentences = problems.map(tellProblem).map(({ text, hint }) => `${text}. ${hint}`);
  const text = [...(diskLow ? [settings.kiosk ? word("tellHost") : word("diskLow")] : []), ...new Set(sentences)].join(" ");
  if (byId("warning").textContent !== text) byId("warning").textContent = text;
  byId("warning").hidden = !text;
}

// Once a photo: when it is decided, or where that frame was skipped, when it is kept.
function flash() {
  if (performance.now() - flashed < FLASH_ONCE) return;
  flashed = performance.now();
  whiten();
  sounds.shutter();
  sounds.cheer();
  celebrate(byId("confetti"));
}

// All is white for a moment.
function whiten() {
  const light = byId("flash");
  light.classList.remove("on");
  void light.offsetWidth; // so that the animation starts over
  light.classList.add("on");
}

function taken(event) {
  if (event.why === "hand" || !awaited) flash();
  awaited = false;
  byId("shutter").classList.remove("pressed");
  say(word(event.why === "hand" ? "byHand" : "taken"));
  photos.add(event.path, focusOf(event.faces), !counting);
  gallery.refresh().catch(() => {});
}

// The middle of the faces, as parts of width and height.
function focusOf(faces) {
  const size = last?.moment?.size;
  if (!size || !faces?.length) return null;
  return [0, 1].map((axis) => {
    const ends = faces.flatMap(({ box }) => [box[axis], box[axis] + box[axis + 2]]);
    return (Math.min(...ends) + Math.max(...ends)) / 2 / size[axis];
  });
}

// Settings or photos were changed, here or on another page.
function refresh() {
  settings.load().catch(() => {});
  photos.load().catch(() => {});
  gallery.refresh().catch(() => {});
}

// ---- what the settings change on the page

function settle() {
  panel.label(settings.values.expression, settings.emotions);
  byId("shutter").setAttribute("aria-label", word("shutter"));
  byId("shutter").title = word("shutter");
  root.toggleAttribute("data-kiosk", settings.kiosk);
  byId("consent-text").dataset.text = settings.lan ? "consentTextLan" : "consentText";
  byId("consent-text").textContent = word(byId("consent-text").dataset.text);
  byId("consent-time").hidden = settings.deleteAfter === null;
  byId("consent-time").textContent = word("consentTime", { hours: settings.deleteAfter });
  // in a kiosk only who has the PIN may leave
  byId("leave").hidden = settings.kiosk && !settings.locked;
  if (settings.kiosk) prepareKiosk();
  for (const id of ["pair", "viewer-share", "share-gallery"]) byId(id).hidden = !settings.lan;
  // in a kiosk nobody has the booth's disk: there are phones, or nothing
  for (const id of ["viewer-save", "viewer-strip"]) byId(id).hidden = settings.kiosk && !settings.lan;
  if (settings.kiosk) for (const id of ["viewer-strip", "viewer-share", "save-all"]) byId(id).hidden = true;
  if (location.pathname !== "/gallery") returnAfter(settings.values.return_after, goHome);
  root.toggleAttribute("data-lan", settings.lan);
  if (!detailed) setDetails(settings.kiosk ? false : localStorage.getItem("details") !== "no");
  detailed = true;
  camera.want(settings.values.source === "browser");
  if (settings.values.source !== "browser") cameraProblem = null;
  setMute(localStorage.getItem("muted") === "yes");
}

function setMute(muted) {
  localStorage.setItem("muted", muted ? "yes" : "no");
  sounds.allow(settings.values.sounds && !muted);
  byId("mute").hidden = !settings.values.sounds;
  byId("mute").setAttribute("aria-pressed", String(muted));
  byId("mute").querySelector("use").setAttribute("href", muted ? "#i-mute" : "#i-sound");
}

// The scores beside the picture; without them the picture has the whole screen.
function setDetails(on) {
  root.toggleAttribute("data-party", !on);
  byId("details").setAttribute("aria-pressed", String(on));
}

function toggleDetails() {
  const on = root.hasAttribute("data-party");
  // a kiosk is every guest's
  if (!settings.kiosk) localStorage.setItem("details", on ? "yes" : "no");
  setDetails(on);
}

function goHome() {
  forgetPin();
  closeAll(byId("consent"));
  if (settings.kiosk) setDetails(false);
  scrollTo(0, 0);
}

// ---- what the person does

// Count down, if that is wished, and shoot; presses meanwhile change nothing.
async function press() {
  if (!live || counting) return;
  const shutter = byId("shutter");
  shutter.classList.add("pressed");
  setTimeout(() => shutter.classList.remove("pressed"), 600);
  if (settings.values.countdown) await countDown(settings.values.countdown);
  await shoot();
}

// The countdown owns the shutter: no smile takes a photo meanwhile, and none is shown under the digits.
async function countDown(seconds) {
  photos.hide();
  fetch(`/api/countdown?seconds=${seconds + LATE}`, { method: "POST" }).catch(() => {});
  for (counting = seconds; counting > 0; counting -= 1) {
    byId("countdown").hidden = false;
    byId("countdown").textContent = String(counting);
    placeCountdown();
    say(String(counting));
    sounds.tick(counting === 1);
    await new Promise((done) => setTimeout(done, 1000));
  }
  counting = 0;
  byId("countdown").hidden = true;
}

// Beside the faces, which should smile at the camera and not hide behind a number.
function placeCountdown() {
  const { x, y, size } = liveView.freePlace();
  const { style } = byId("countdown");
  style.left = `${x}px`;
  style.top = `${y}px`;
  style.fontSize = `${Math.max(32, size * 0.8)}px`;
}

async function shoot() {
  try {
    const answer = await fetch("/api/shoot", { method: "POST" });
    if (!answer.ok) say(word("noPicture"));
  } catch {
    say(word("phase.offline"));
  }
}

async function askToLeave() {
  if (document.querySelector("dialog[open]") || byId("leave").hidden || !mayHost()) return;
  if (!(await unlock())) return;
  byId("ask").showModal();
  enter(byId("ask"));
}

async function leave() {
  const quitting = asHost("/api/quit", { method: "POST" }); // before the dialog's end forgets the PIN
  byId("ask").close();
  try {
    if (!(await quitting)) return;
  } catch {
    // it has gone already
  }
  hangUp();
  liveView.clear();
  const { text, hint } = told("phase.left");
  notice("ended", text, hint);
  byId("leave").hidden = true;
}

function onKey(event) {
  sounds.wake();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const first = event.type === "keydown" && !event.repeat;
  if (event.key === "Tab") reached = true;
  if (event.key === " ") {
    // a control that was reached with the keyboard keeps its own space bar, not one that the focus fell back to
    const control = reached && event.target.closest("button, a");
    if (control && control !== byId("shutter") && control.matches(":focus-visible")) return;
    event.preventDefault();
    if (first && consent.declined) consent.reconsider();
    else if (first) press();
  } else if (first && (event.key === "Escape" || event.key === "q")) {
    event.preventDefault();
    askToLeave();
  } else if (first && event.key === "g") {
    openers.gallery();
  } else if (first && event.key === "d") {
    toggleDetails();
  } else if (first && event.key === "f") {
    toggleFullScreen();
  } else if (first && event.key === "?") {
    openHelp();
  }
}

byId("shutter").addEventListener("click", press);
byId("leave").addEventListener("click", askToLeave);
byId("stay").addEventListener("click", () => byId("ask").close());
byId("go").addEventListener("click", leave);
byId("mute").addEventListener("click", () => setMute(byId("mute").getAttribute("aria-pressed") !== "true"));
byId("full").addEventListener("click", toggleFullScreen);
byId("details").addEventListener("click", toggleDetails);
byId("full").hidden = !document.fullscreenEnabled;
document.addEventListener("keydown", onKey);
document.addEventListener("keyup", onKey);
document.addEventListener("pointerdown", sounds.wake);
document.addEventListener("close", () => (reached = false), true);
keepAwake();
prepareSharing();
forgetWhenLeft();

const asking = () => root.hasAttribute("data-asking");
const openers = {
  gallery: () => asking() || gallery.open(),
  photo: (name) => asking() || gallery.showNamed(name),
  settings: () => settings.open(), help: openHelp,
};

async function openBooth() {
  await settings.load().catch(() => {});
  prepareHelp();
  notice("waiting", word("phase.opening"), word("phase.opening.hint"));
  hangUp = connect({
    show,
    up: refresh,
    down: (ended) => {
      liveView.clear();
      const { text, hint } = told(ended ? "phase.stopped" : "phase.offline");
      notice("off", text, hint);
    },
  });
  await comeBack(openers);
}

// The gallery alone, as on a second screen or a guest's phone; what is new comes by itself.
async function openGallery() {
  const { language, role } = root.dataset;
  if (role === "guest") await speak(language);
  else await settings.load().catch(() => {});
  await gallery.stay();
  await comeBack({ photo: openers.photo });
}

await (location.pathname === "/gallery" ? openGallery() : openBooth());
