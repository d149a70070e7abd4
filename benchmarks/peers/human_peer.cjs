// Reads frames with `human` on its WebAssembly backend; started in the folder that holds its node_modules.
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

const installed = (name) => path.resolve('node_modules', name);

// its models lie on the disk, which Node's fetch does not read
const online = globalThis.fetch;
globalThis.fetch = async (url, options) =>
  String(url).startsWith('file://') ? new Response(fs.readFileSync(new URL(url))) : online(url, options);

for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']) require(installed(name));
const { Human } = require(installed('@vladmandic/human/dist/human.node-wasm.js'));
const off = { enabled: false };
const human = new Human({
  backend: 'wasm',
  modelBasePath: `file://${installed('@vladmandic/human/models')}/`,
  wasmPath: `${installed('@tensorflow/tfjs-backend-wasm/dist')}/`,
  cacheSensitivity: 0,
  filter: off,
  face: {
    enabled: true, detector: { maxDetected: 16 }, emotion: { enabled: true },
    mesh: off, iris: off, description: off, antispoof: off, liveness: off,
  },
  body: off, hand: off, gesture: off, object: off,
});

// raw pixels are what it gets, as from a camera
async function read(file) {
  const header = fs.readFileSync(`${file}.rgb`);
  const width = header.readUInt32LE(0), height = header.readUInt32LE(4);
  const image = human.tf.tensor3d(new Uint8Array(header.subarray(8)), [height, width, 3], 'int32');
  const begin = process.cpuUsage();
  const result = await human.detect(image);
  const taken = process.cpuUsage(begin);
  image.dispose();
  console.log(JSON.stringify({ cpu_ms: (taken.user + taken.system) / 1000, faces: result.face.length }));
}

(async () => {
  await human.load();
  for await (const line of readline.createInterface({ input: process.stdin })) await read(line.trim());
})();
