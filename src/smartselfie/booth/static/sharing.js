// Addresses for phones, shown as a code to scan: one that lets a phone in, one that gives a guest a photo.

import { asHost } from "./auth.js";
import { enter } from "./places.js";
import { toast } from "./toast.js";
import { say } from "./i18n.js";

const byId = (id) => document.getElementById(id);

let shown = "";

export function prepareSharing() {
  byId("pair").addEventListener("click", () => show("/api/invite", "pair"));
  byId("share-gallery").addEventListener("click", () => show("/api/gallery/share", "shareGallery"));
  byId("code-close").addEventListener("click", () => byId("code").close());
  byId("code").addEventListener("close", () => {
    byId("code-image").removeAttribute("src");
    URL.revokeObjectURL(shown);
  });
}

export const takeHome = (photo) => show(`/api/photos/${encodeURIComponent(photo.name)}/share`, "takeHome");

// The PIN that the booth has made for this evening, on its own screen only.
async function madePin() {
  const answer = await asHost("/api/pin");
  return answer?.ok ? (await answer.json()).pin : null;
}

async function show(address, what) {
  const answer = await asHost(address, { method: "POST" });
  if (!answer) return;
  if (!answer.ok) return toast(say("notDone"));
  const { url, qr } = await answer.json();
  shown = URL.createObjectURL(new Blob([qr], { type: "image/svg+xml" }));
  byId("code-title").textContent = say(what);
  byId("code-text").textContent = say(`${what}Text`);
  const made = what === "pair" ? await madePin() : null;
  byId("code-pin").hidden = made === null;
  byId("code-pin").textContent = say("madePin", { pin: made });
  byId("code-image").src = shown;
  byId("code-image").alt = url;
  byId("code").showModal();
  enter(byId("code"));
}
