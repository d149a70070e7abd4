// A short word at the foot of the page, with a way to take back what it tells of.

const SHOWN_FOR = 8000;

const byId = (id) => document.getElementById(id);
let back = 0;

// `undo`, if any, is called when the person wants it.
export function toast(text, undo = null) {
  const box = byId("toast");
  clearTimeout(back);
  if (box.matches(":popover-open")) box.hidePopover();
  byId("toast-text").textContent = text;
  byId("undo").hidden = undo === null;
  byId("undo").onclick = () => {
    box.hidePopover();
    undo();
  };
  // a popover shown last stands above the dialogs
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? document.body).append(box);
  box.showPopover();
  back = setTimeout(() => box.hidePopover(), SHOWN_FOR);
}
