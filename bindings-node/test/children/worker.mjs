// What a worker thread does before it ends or is ended.

import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

import { open } from '../support/impl.mjs';
import { pattern } from '../support/workdir.mjs';

const { what, file } = workerData;
const keep = [];

const roles = {
  read: async () => {
    const handle = await open(file);
    const data = pattern(200_000);
    const results = await Promise.all(Array.from({ length: 300 }, (_, i) => handle.read(Buffer.alloc(600), 0, 600, i * 650)));
    const right = results.every(({ buffer }, i) => buffer.equals(data.subarray(i * 650, i * 650 + 600)));
    await handle.close();
    parentPort.postMessage(right ? 'right' : 'wrong');
  },
  'reads-in-flight': async () => {
    const handle = await open(file);
    const again = (i) => handle.read(Buffer.alloc(65_536), 0, 65_536, (i * 65_536) % (4 << 20)).then(() => again(i + 1), () => {});
    for (let i = 0; i < 50; i++) keep.push(again(i));
    keep.push(handle.read(Buffer.alloc(4 << 20), 0, 4 << 20, 0)); // one that is never done at once
    parentPort.postMessage('reading');
  },
  fifo: async () => {
    const handle = await open(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    for (let i = 0; i < 5; i++) keep.push(handle.read(Buffer.alloc(100)).catch(() => {}));
    keep.push(handle);
    parentPort.postMessage('waiting');
  },
  'writes-in-flight': async () => {
    const handle = await open(file, 'r+');
    for (let i = 0; i < 20; i++) keep.push(handle.write(Buffer.alloc(100_000, i), 0, 100_000, i * 1000).catch(() => {}));
    parentPort.postMessage('writing');
  },
  streams: async () => {
    const handle = await open(file);
    const stream = handle.createReadStream();
    stream.on('data', () => {});
    stream.on('error', () => {});
    keep.push(stream);
    parentPort.postMessage('streaming');
  },
  nothing: async () => {
    keep.push(await open(file));
    parentPort.postMessage('idle');
  },
};

await roles[what]();
if (what !== 'read') setInterval(() => {}, 1000);
