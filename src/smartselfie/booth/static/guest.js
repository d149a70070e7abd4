// A guest's phone: the photo can be handed to another app, where the browser knows how.

const byId = (id) => document.getElementById(id);
const address = byId("photo").src;

async function asFile() {
  const answer = await fetch(address);
  return new File([await answer.blob()], "smartselfie.jpg", { type: "image/jpeg" });
}

const shareable = new File([""], "smartselfie.jpg", { type: "image/jpeg" });
byId("share").hidden = !navigator.canShare?.({ files: [shareable] });
byId("share").addEventListener("click", async () => {
  try {
    await navigator.share({ files: [await asFile()] });
  } catch {
    // the person has changed their mind, or the link has expired
  }
});
