// Does one thing very often, and reports what the process has more of in the end than after a tenth of it.

import { setTimeout as sleep } from 'node:timers/promises';

import { lib, open, ours, readFile } from '../support/impl.mjs';
import { descriptors, residentBytes, threads } from '../support/probes.mjs';

const [file, what, total] = process.argv.slice(2);
const handle = await open(file, 'r+');
const buffer = Buffer.alloc(4096);

const once = {
  hot: (i) => handle.read(buffer, 0, 4096, (i % 15) * 4096),
  queued: (i) => handle.read(buffer, 0, 4096, (i % 15) * 4096),
  open: async () => { await (await open(file)).close(); },
  'failing-open': () => open(`${file}-missing`).catch(() => {}),
  errors: () => handle.read(buffer, 9999, 1, 0).catch(() => {}),
  writes: (i) => handle.write(buffer, 0, 100, (i % 100) * 100),
  streams: async () => {
    const stream = (await open(file)).createReadStream();
    for await (const chunk of stream) if (chunk.length === 0) throw new Error('empty');
  },
  whole: () => readFile(file),
  lines: async () => {
    const other = await open(file);
    if (ours) for await (const line of other) { if (line === null) throw new Error('null'); }
    else for await (const line of other.readLines()) { if (line === null) throw new Error('null'); }
    await other.close();
  },
  abort: async () => {
    const abort = new AbortController();
    const reading = handle.readFile({ signal: abort.signal }).catch(() => {});
    abort.abort();
    await reading;
  },
  web: async () => {
    const other = await open(file);
    for await (const chunk of other.readableWebStream({ type: 'bytes' })) if (chunk.length === 0) throw new Error('empty');
    await other.close();
  },
};

if (what === 'queued') lib.configure({ inlineReadMax: 0 });
const act = once[what];

async function repeat(count) {
  for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => act(i + k)));
}

async function measure() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external, resident: residentBytes(), descriptors: descriptors().size, threads: threads() };
}

await repeat(Number(total) / 10);
const before = await measure();
await repeat(Number(total) * 0.9);
const after = await measure();
console.log(JSON.stringify(Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]))));
process.exit(0);
