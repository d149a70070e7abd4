// Addresses for phones, shown as a code to scan: one that lets a phone in, one that gives a guest a photo.

import { asHost } from "./auth.js";
import { enter } from "./places.js";
import { toast } from "./toast.js";
import { say } from "./i18n.js";

const byId = (id) => document.getElementById(id);

let shown = []; // addresses of pictures that are let go of afterwards

export function prepareSharing() {
  byId("pair").addEventListener("click", () => show("/api/invite", "pair"));
  byId("share-gallery").addEventListener("click", () => show("/api/gallery/share", "shareGallery"));
  byId("code-close").addEventListener("click", () => byId("code").close());
  byId("code").addEventListener("close", () => {
    for (const id of ["code-image", "wifi-image"]) byId(id).removeAttribute("src");
    for (const url of shown) URL.revokeObjectURL(url);
    shown = [];
  });
}

export const takeHome = (photo) => show(`/api/photos/${encodeURIComponent(photo.name)}/share`, "takeHome");

let offered = "";

// The address of a picture of the code that gives a photo to a guest; null where phones cannot come in.
export async function photoCode(name) {
  if (!document.documentElement.hasAttribute("data-lan")) return null;
  const answer = await fetch(`/api/photos/${encodeURIComponent(name)}/share`, { method: "POST" }).catch(() => null);
  if (!answer?.ok) return null;
  URL.revokeObjectURL(offered);
  offered = URL.createObjectURL(new Blob([(await answer.json()).qr], { type: "image/svg+xml" }));
  return offered;
}

// The PIN that the booth has made for this evening, on its own screen only.
async function madePin() {
  const answer = await asHost("/api/pin");
  return answer?.ok ? (await answer.json()).pin : null;
}

function draw(id, qr, text) {
  const url = URL.createObjectURL(new Blob([qr], { type: "image/svg+xml" }));
  shown.push(url);
  byId(id).src = url;
  byId(id).alt = text;
}

async function show(address, what) {
  const answer = await asHost(address, { method: "POST" });
  if (!answer) return;
  if (!answer.ok) return toast(say("notDone"));
  const { url, qr, wifi } = await answer.json();
  byId("code-title").textContent = say(what);
  // only a certificate that the booth made itself is warned of
  byId("code-text").textContent = say(url.startsWith("http:") ? "takeHomePlain" : `${what}Text`);
  const made = what === "pair" ? await madePin() : null;
  byId("code-pin").hidden = made === null;
  byId("code-pin").textContent = say("madePin", { pin: made });
  draw("code-image", qr, url);
  byId("code-address").textContent = say("orType", { url });
  byId("wifi").hidden = wifi === null;
  if (wifi) draw("wifi-image", wifi.qr, wifi.name);
  byId("wifi-text").textContent = say("joinWifi", { name: wifi?.name });
  byId("code").showModal();
  enter(byId("code"));
  byId("code").scrollTop = 0; // the button at its foot has the focus
}
