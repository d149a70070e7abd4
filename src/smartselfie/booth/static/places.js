// Where one is. What opens over the page is an entry of the browser's history, so that Back closes it, and its place
// stands behind the # of the address, so that a reload or a link comes back to it: `#gallery/photo:2026.jpg`.

const open = []; // dialogs that Back closes, the innermost last: { dialog, place }
const known = new WeakSet(); // dialogs whose end is listened for
let turn = Promise.resolve(); // the history moves one step at a time
let moving = false; // Back is ours, not the person's

export const photoPlace = (name) => `photo:${encodeURIComponent(name)}`;

// To be called after `showModal`; `place` stands in the address, null where nobody can come back to it.
export function enter(dialog, place = null) {
  if (open.some((each) => each.dialog === dialog)) return;
  open.push({ dialog, place });
  if (!known.has(dialog)) dialog.addEventListener("close", () => leave(dialog));
  known.add(dialog);
  turn = turn.then(() => settle(dialog));
}

// The place has changed, as from one photo to the next.
export function move(dialog, place) {
  const entry = open.find((each) => each.dialog === dialog);
  if (!entry) return;
  entry.place = place;
  turn = turn.then(() => depth() === open.length && remember());
}

// Come to what stands in the address, now and whenever somebody goes back or forward: `openers` open the place of their
// name, given what stands behind it.
export async function comeBack(openers) {
  addEventListener("popstate", () => moving || follow(openers));
  await start(openers);
}

async function start(openers) {
  const { hash } = location;
  // a link, not a reload: Back leads to the page under it
  if (history.state === null) history.replaceState({ depth: 0 }, "", location.pathname + location.search);
  await go(openers, hash);
}

async function go(openers, hash) {
  for (const place of hash.slice(1).split("/").slice(open.length)) {
    const [what, rest = ""] = place.split(":");
    await openers[what]?.(decode(rest));
  }
  await turn;
  // what could not be opened is not where one is
  if (open.length < depth() || address() !== location.pathname + location.search + location.hash) remember();
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const depth = () => history.state?.depth ?? 0;
const remember = () => history.replaceState({ depth: open.length }, "", address());

function address() {
  const places = open.map(({ place }) => place).filter((place) => place !== null);
  return location.pathname + location.search + (places.length ? `#${places.join("/")}` : "");
}

// After a reload the entries are there already.
function settle(dialog) {
  const place = open.findIndex((each) => each.dialog === dialog) + 1;
  if (place > depth()) history.pushState({ depth: place }, "", address());
}

function leave(dialog) {
  const place = open.findIndex((each) => each.dialog === dialog);
  if (place < 0 || dialog.open) return; // Back has closed it, or it is open again
  open.splice(place);
  turn = turn.then(() => goBackTo(open.length));
}

async function goBackTo(wanted) {
  if (depth() <= wanted) return;
  moving = true;
  const arrived = new Promise((done) => addEventListener("popstate", done, { once: true }));
  history.go(wanted - depth());
  await arrived;
  moving = false;
}

// Back or Forward was pressed, or the address was changed.
async function follow(openers) {
  while (open.length > depth()) {
    const { dialog } = open.pop();
    // as Escape would, for who waits for an answer
    if (dialog.dispatchEvent(new Event("cancel", { cancelable: true }))) dialog.close();
  }
  if (history.state === null) await start(openers);
  else if (open.length < depth()) await go(openers, location.hash);
}
