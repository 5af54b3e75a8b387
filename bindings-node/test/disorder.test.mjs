// Handles that are opened, used, aborted, streamed from, closed and forgotten in any order: every promise settles, what
// was read is right, and nothing stays open.

import assert from 'node:assert/strict';

import { lib, open } from './support/impl.mjs';
import { openOn, settles } from './support/probes.mjs';
import { seeded } from './support/random.mjs';
import { testOurs } from './support/testing.mjs';
import { dropCache, freshFile, pattern } from './support/workdir.mjs';

const SIZE = 2 << 20;
const data = pattern(SIZE);

// What an operation may end with besides a result: it was aborted, or its handle was closed before (where a stream says
// that the descriptor -1 is out of range, as Node's does) or meanwhile.
const EXPECTED = new Set(['ABORT_ERR', 'EBADF', 'ECANCELED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_OUT_OF_RANGE']);

function checked(bytes, at) {
  assert.ok(bytes.equals(data.subarray(at, at + bytes.length)), `wrong bytes at ${at}`);
}

async function streamed(handle, random) {
  const start = random.int(0, SIZE);
  const stream = handle.createReadStream({ start, end: start + random.int(0, 200_000), highWaterMark: random.pick([100, 5000, 65_536]) });
  let at = start;
  let left = random.int(1, 20);
  for await (const chunk of stream) {
    checked(chunk, at);
    at += chunk.length;
    if (--left === 0) break;
  }
}

function startOne(handle, random) {
  const at = random.int(0, SIZE);
  const size = random.pick([1, 100, 4096, 70_000, 300_000]);
  const abort = random.chance(0.3) ? new AbortController() : null;
  if (abort) {
    if (random.chance(0.5)) setTimeout(() => abort.abort(), random.int(0, 4));
    else queueMicrotask(() => abort.abort());
  }
  const options = { signal: abort?.signal };
  switch (random.int(0, 7)) {
    case 0: return handle.readAt(size, at, options).then((bytes) => checked(bytes, at));
    case 1: return handle.readMany([{ offset: at, length: size }, { offset: 0, length: 50 }], options).then(([first, second]) => {
      checked(first, at);
      checked(second, 0);
    });
    case 2: return handle.read(Buffer.alloc(size), 0, size, at).then(({ bytesRead, buffer }) => checked(buffer.subarray(0, bytesRead), at));
    case 3: return handle.readFile(options);
    case 4: return streamed(handle, random);
    case 5: return handle.stat();
    default: return handle.readv([Buffer.alloc(size), Buffer.alloc(10)], at);
  }
}

async function life(file, seed) {
  const random = seeded(seed);
  const handle = await open(file);
  const running = [];
  // Taken care of at once: a rejection that nobody has heard of by the next turn would end the process.
  const take = (promise) => running.push(promise.then(() => null, (error) => error));
  for (let i = 0, count = random.int(1, 25); i < count; i++) {
    take(Promise.resolve().then(() => startOne(handle, random)));
    if (random.chance(0.2)) await new Promise((resolve) => { setImmediate(resolve); });
    if (random.chance(0.05)) take(handle.close());
  }
  take(handle.close());
  for (const error of await Promise.all(running)) {
    if (error !== null && !EXPECTED.has(error.code)) throw error;
  }
  assert.equal(handle.fd, -1);
}

for (const inline of [true, false]) {
  testOurs('Node has no signals for reads', `[queue.disorder] 300 handles with random lives, ${inline ? 'what can be is done at once' : 'everything through the queue'}`, { timeout: 200_000 }, async () => {
    const file = freshFile(data);
    if (!inline) lib.configure({ inlineReadMax: 0 });
    try {
      for (let seed = 1; seed <= 300; seed += 10) {
        if (seed % 50 === 1) dropCache(file);
        const lives = Array.from({ length: 10 }, (_, i) => life(file, seed + i).catch((error) => { throw new Error(`seed ${seed + i}: ${error.stack}`); }));
        await Promise.all(lives);
      }
    } finally {
      lib.resetConfig();
    }
    assert.ok(await settles(() => openOn(file) === 0), `${openOn(file)} descriptors are open`);
  });
}
