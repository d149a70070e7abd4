// The line to the booth. A message is 4 bytes (length of the JSON, big-endian), the JSON, and the JPEG it belongs to.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 4000;
// How a server closes a line that is about to end.
const GOING_AWAY = 1012;

function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0);
  const shown = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const jpeg = buffer.byteLength > 4 + length ? new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" }) : null;
  return { shown, jpeg };
}

// Stay connected. `show(shown, bitmap)` draws one message; the next is asked for once it is drawn, so that a slow page
// or a hidden tab gets fewer of them, never late ones. `down(ended)` is told when the line drops, and whether the program
// was ended. Returns a way to hang up.
export function connect({ show, up, down }) {
  let wait = FIRST_WAIT;
  let socket = null;
  let over = false;
  let ended = false;

  function open() {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
    socket.binaryType = "arraybuffer";
    const line = socket;
    let turn = Promise.resolve();
    line.onopen = () => {
      ended = false;
      wait = FIRST_WAIT;
      up();
    };
    line.onmessage = ({ data }) => {
      turn = turn.then(() => draw(line, data));
    };
    line.onclose = ({ code }) => {
      if (over) return;
      ended ||= code === GOING_AWAY;
      down(ended);
      setTimeout(open, wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    };
  }

  async function draw(line, data) {
    const { shown, jpeg } = unpack(data);
    const bitmap = jpeg ? await createImageBitmap(jpeg) : null;
    await new Promise(requestAnimationFrame);
    if (line === socket && !over) show(shown, bitmap);
    if (line.readyState === WebSocket.OPEN) line.send("ready");
  }

  open();
  return () => {
    over = true;
    socket.close();
  };
}
