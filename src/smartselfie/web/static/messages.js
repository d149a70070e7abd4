// Every word that the page says, one table a language.

const en = {
  leave: "Leave",
  leaveTitle: "Leave the booth?",
  leaveHint: "The program ends. Your photos stay in their folder.",
  stay: "Stay",
  close: "Close",
  view: "Camera",
  viewOf: (faces) => (faces === 0 ? "Live picture, nobody in it" : `Live picture with ${faces === 1 ? "one face" : `${faces} faces`}`),
  emotions: "What the face shows",
  smile: "Smile",
  mark: (percent) => `A photo needs ${percent} %`,
  photos: "Photos",
  noPhotos: "Nothing yet. Smile, and the first one appears here.",
  photo: "Photo",
  photoOf: (when) => `Photo of ${when}`,
  openPhoto: (when) => `Open the photo of ${when}`,
  shutter: "Take a photo now (space bar)",
  of: (needed) => `of ${needed}`,
  percent: (score) => `${Math.round(score * 100)} %`,
  angry: "angry",
  disgust: "disgusted",
  fear: "fearful",
  happy: "happy",
  sad: "sad",
  surprise: "surprised",
  neutral: "neutral",

  // the one reason why there is no photo yet, and what helps
  no_face: ["Come into the picture", "Nobody in sight yet"],
  not_smiling: ["Smile!", "The photo takes itself"],
  holding: ["Hold that smile", "Almost there"],
  resting: ["Got it!", (seconds) => `Ready again in ${seconds} s`],
  still_smiling: ["Relax for a moment", "Then smile again for the next one"],
  lost: ["The camera is gone", "It is being looked for"],
  too_far: ["Come closer", "You are too far away"],
  turned_away: ["Look at the camera", "Faces that are turned away do not count"],
  blurred: ["Hold still", "Faces out of focus do not count"],
  too_dark: ["More light, please", "It is too dark to see your face"],
  waiting: ["Waiting for one more", "Not everybody smiles yet"],
  eyes_closed: ["Open your eyes", "The photo waits for them"],
  ready: ["Photo!", "Got it"],

  status: { live: "Live", waiting: "Connecting", lost: "No camera", ended: "Ended", off: "Offline" },
  opening: ["Opening the camera", "This takes a moment"],
  ended: ["The clip has ended", "Leave the booth, or press Ctrl-C in the terminal"],
  finished: ["All photos are taken", "The booth has closed. You can close this page."],
  left: ["See you soon", "The booth has closed. You can close this page."],
  offline: ["The booth does not answer", "Trying again…"],
  taken: "Photo taken",
  byHand: "Photo taken by hand",
  noPicture: "There is no picture to take",
};

export const messages = { en };

export const words = messages[document.documentElement.lang] ?? messages.en;

// Fill in the words of the page itself.
export function label(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
}
