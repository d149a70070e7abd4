// The host's page: how the evening goes, at one look.

import { asHost, keepPin, mayHost } from "./auth.js";
import { bytes, duration, number, say, speak, tellProblem } from "./i18n.js";

const ASK_EVERY = 5000;

const byId = (id) => document.getElementById(id);

function show(told) {
  const facts = [
    ["phase", say(told.phase === "running" ? "host.running" : `phase.${told.phase}`)],
    ["camera", [told.camera ?? "–", told.fps && say("host.fps", { n: number(told.fps) })].filter(Boolean).join(", ")],
    ["dropped", number(told.dropped)],
    ["photos", say("host.counts", { run: number(told.photos), tonight: number(told.tonight), all: number(told.total) })],
    ["disk", told.disk_free === null ? "–" : bytes(told.disk_free)],
    ["viewers", number(told.viewers)],
    ["uptime", duration(told.uptime)],
    ["version", told.version],
  ];
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [item("dt", say(`host.${name}`)), item("dd", value)]));
  const problems = told.problems.map((problem) => ({ worker: problem.worker, ...tellProblem(problem) }));
  warn([
    ...(told.disk_low ? [say("diskLow")] : []),
    ...problems.map(({ worker, text, hint }) => `${worker ? `${worker}: ` : ""}${text}. ${hint}`),
  ]);
}

function item(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

function warn(texts) {
  const text = texts.join(" ");
  if (byId("warning").textContent !== text) byId("warning").textContent = text;
  byId("warning").hidden = !text;
}

async function ask() {
  const answer = await asHost("/api/status");
  if (!answer) return location.replace("/");
  if (answer.ok) show(await answer.json());
}

await speak(document.documentElement.dataset.language);
keepPin();
if (!mayHost()) {
  warn([say("hostOnly")]);
} else {
  for (;;) {
    await ask().catch(() => warn([say("phase.offline")]));
    await new Promise((done) => setTimeout(done, ASK_EVERY));
  }
}
