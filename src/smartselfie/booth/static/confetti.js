// Paper that flies when a photo is taken. Whoever wants less motion gets none.

const COLOURS = ["#ffc531", "#ff6b5e", "#4fb6ff", "#5ed68a", "#c78bff", "#ffffff"];
const PIECES = 140;
const SECONDS = 2.2;
// Parts of the picture's height a second, and a second squared.
const SPEED = 1.1;
const FALL = 0.9;

let pieces = [];
let began = 0;
let drawing = false;

export function celebrate(canvas) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  pieces = Array.from({ length: PIECES }, makePiece);
  began = performance.now();
  if (!drawing) requestAnimationFrame((now) => draw(canvas, now));
  drawing = true;
}

// From both lower corners, inwards and up.
function makePiece(_, number) {
  const left = number % 2 === 0;
  const angle = (left ? 1 : -1) * (0.25 + Math.random() * 0.55);
  const speed = SPEED * (0.5 + Math.random() * 0.8);
  return {
    x: left ? 0 : 1,
    across: Math.sin(angle) * speed,
    up: Math.cos(angle) * speed,
    turn: Math.random() * 6,
    spin: (Math.random() - 0.5) * 14,
    size: 0.008 + Math.random() * 0.012,
    colour: COLOURS[number % COLOURS.length],
  };
}

function draw(canvas, now) {
  const t = (now - began) / 1000;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  [canvas.width, canvas.height] = [width, height]; // which clears it, too
  if (t > SECONDS || !height) {
    drawing = false;
    return;
  }
  const pen = canvas.getContext("2d");
  pen.globalAlpha = Math.min(1, (SECONDS - t) * 2);
  for (const { x, across, up, turn, spin, size, colour } of pieces) {
    const side = size * height;
    pen.setTransform(1, 0, 0, 1, x * width + across * t * height, height * (1 - up * t + (FALL * t * t) / 2));
    pen.rotate(turn + spin * t);
    pen.scale(1, Math.cos(spin * t));
    pen.fillStyle = colour;
    pen.fillRect(-side, -side / 2, 2 * side, side);
  }
  requestAnimationFrame((next) => draw(canvas, next));
}
