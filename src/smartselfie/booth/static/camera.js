// This browser's own camera: small frames to the booth whenever it has time for one, and the still of the shutter.

const WIDTH = 640;
const WISH = { video: { width: { ideal: 3840 }, height: { ideal: 2160 }, facingMode: "user" }, audio: false };
const AGAIN = 2000;

export class Camera {
  #tell;
  #video = document.createElement("video");
  #small = document.createElement("canvas");
  #socket = null;
  #wanted = false;
  #again = 0;

  // `tell(problem)` hears what is in the way: "blocked", "missing", "insecure", or null where nothing is.
  constructor(tell) {
    this.#tell = tell;
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  // Give the camera's picture from now on, or no longer.
  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) this.#connect();
    else this.#close();
  }

  // The booth first, the camera when the booth wants it: another page may be giving its own.
  #connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/camera`);
    this.#socket = socket;
    let opening = null;
    socket.onmessage = async ({ data }) => {
      const [what, address] = data.split(" ");
      opening ??= this.#open();
      if (!(await opening)) socket.close();
      else if (what === "next") this.#send(socket);
      else this.#still(address);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#close();
      if (this.#wanted) this.#again = setTimeout(() => this.#connect(), AGAIN);
    };
  }

  async #open() {
    if (!navigator.mediaDevices) {
      this.#tell("insecure");
      return false;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia(WISH);
      stream.getVideoTracks()[0].addEventListener("ended", () => this.#socket?.close());
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      this.#tell(error.name === "NotAllowedError" ? "blocked" : "missing");
      return false;
    }
    this.#tell(null);
    return true;
  }

  async #send(socket) {
    await new Promise((done) => {
      if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(done);
      else requestAnimationFrame(done);
    });
    if (this.#socket !== socket) return;
    const scale = Math.min(1, WIDTH / this.#video.videoWidth);
    const jpeg = await this.#draw(this.#small, scale, 0.8);
    if (jpeg && socket.readyState === WebSocket.OPEN) socket.send(jpeg);
  }

  async #still(address) {
    const jpeg = await this.#draw(document.createElement("canvas"), 1, 0.95);
    if (jpeg) await fetch(address, { method: "POST", body: jpeg }).catch(() => {});
  }

  #draw(canvas, scale, quality) {
    canvas.width = Math.round(this.#video.videoWidth * scale);
    canvas.height = Math.round(this.#video.videoHeight * scale);
    if (!canvas.width) return null;
    canvas.getContext("2d", { alpha: false }).drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  }

  #close() {
    clearTimeout(this.#again);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const track of this.#video.srcObject?.getTracks() ?? []) track.stop();
    this.#video.srcObject = null;
  }
}
