// The booth's sounds, made on the spot: no file, nothing to load.

let context = null;
let on = true;
let heard = 0; // steps of the hold

// Browsers let a page make sounds only after it was touched.
export function wake() {
  if (on && !context && window.AudioContext) context = new AudioContext();
  if (context?.state === "suspended") context.resume().catch(() => {});
}

export function allow(sounds) {
  on = sounds;
}

// Two clicks of a mechanical shutter: bursts of noise through a band that falls.
export function shutter() {
  if (!ready()) return;
  click(context.currentTime, 2600, 0.035, 0.5);
  click(context.currentTime + 0.09, 1500, 0.06, 0.4);
}

export function tick(last) {
  if (ready()) tone(context.currentTime, last ? 1320 : 880, 0.18);
}

// While a smile is held: a soft tone for each third of the way, each higher, for who cannot see the ring fill.
export function hold(progress) {
  const step = Math.min(3, Math.floor(progress * 3));
  if (step > heard && ready()) tone(context.currentTime, 440 * 1.25 ** step, 0.09, 0.07);
  heard = step;
}

// A small fanfare: a major chord, one tone after the other.
export function cheer() {
  if (!ready()) return;
  [523.25, 659.25, 783.99, 1046.5].forEach((pitch, place) => tone(context.currentTime + 0.15 + place * 0.09, pitch, 0.35));
}

function tone(at, pitch, seconds, loudness = 0.2) {
  const source = context.createOscillator();
  const level = context.createGain();
  source.frequency.value = pitch;
  level.gain.setValueAtTime(0.0001, at);
  level.gain.exponentialRampToValueAtTime(loudness, at + 0.01);
  level.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
  source.connect(level).connect(context.destination);
  source.start(at);
  source.stop(at + seconds + 0.02);
}

function ready() {
  return on && context?.state === "running";
}

function click(at, pitch, seconds, loudness) {
  const length = Math.ceil(context.sampleRate * seconds);
  const noise = context.createBuffer(1, length, context.sampleRate);
  const samples = noise.getChannelData(0);
  for (let place = 0; place < length; place += 1) samples[place] = (Math.random() * 2 - 1) * (1 - place / length) ** 3;
  const source = context.createBufferSource();
  const band = context.createBiquadFilter();
  const level = context.createGain();
  source.buffer = noise;
  band.type = "bandpass";
  band.frequency.value = pitch;
  band.Q.value = 0.8;
  level.gain.value = loudness;
  source.connect(band).connect(level).connect(context.destination);
  source.start(at);
}
