// Addresses for phones, shown as a code to scan: one that lets a phone in, one that gives a guest a photo.

import { asHost } from "./auth.js";
import { toast } from "./toast.js";
import { say } from "./i18n.js";

const byId = (id) => document.getElementById(id);

let shown = "";

export function prepareSharing() {
  byId("pair").addEventListener("click", () => show("/api/invite", "pair"));
  byId("code-close").addEventListener("click", () => byId("code").close());
  byId("code").addEventListener("close", () => {
    byId("code-image").removeAttribute("src");
    URL.revokeObjectURL(shown);
  });
}

export const takeHome = (photo) => show(`/api/photos/${encodeURIComponent(photo.name)}/share`, "takeHome");

async function show(address, what) {
  const answer = await asHost(address, { method: "POST" });
  if (!answer) return;
  if (!answer.ok) return toast(say("notDone"));
  const { url, qr } = await answer.json();
  shown = URL.createObjectURL(new Blob([qr], { type: "image/svg+xml" }));
  byId("code-title").textContent = say(what);
  byId("code-text").textContent = say(`${what}Text`);
  byId("code-image").src = shown;
  byId("code-image").alt = url;
  byId("code").showModal();
}
