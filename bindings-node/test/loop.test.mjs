// The event loop: never starved by what completes at once, never stalled by what is large or slow.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';

import { open, readFile } from './support/impl.mjs';
import { neverStalls, withTicks } from './support/probes.mjs';
import { test, testOurs } from './support/testing.mjs';
import { dropCache, freshFile, freshPath, pattern } from './support/workdir.mjs';

test('[loop.not-starved] timers tick while reads complete at once, one after the other', async () => {
  const handle = await open(freshFile(pattern(4096)));
  const buffer = Buffer.alloc(4096);
  const { count, elapsed } = await withTicks(async () => {
    const until = performance.now() + 400;
    while (performance.now() < until) await handle.read(buffer, 0, 4096, 0);
  });
  // A tick each millisecond would be 400; a starved loop makes none at all.
  assert.ok(count >= 10, `${count} ticks in ${elapsed} ms`);
  await handle.close();
});

test('[loop.not-starved] setImmediate and other promises run while thousands of reads are awaited together', async () => {
  const handle = await open(freshFile(pattern(4096)));
  let turns = 0;
  let reading = true;
  const turn = () => {
    turns++;
    if (reading) setImmediate(turn);
  };
  setImmediate(turn);
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (let i = 0; i < 500; i++) await handle.read(Buffer.alloc(256), 0, 256, i);
  }));
  reading = false;
  assert.ok(turns >= 5, `${turns} turns`);
  await handle.close();
});

test('[loop.not-starved] a chain of then() callbacks does not keep timers away', async () => {
  const handle = await open(freshFile(pattern(4096)));
  const buffer = Buffer.alloc(512);
  let stop = false;
  const fired = new Promise((resolve) => {
    setTimeout(() => {
      stop = true;
      resolve();
    }, 20);
  });
  let reads = 0;
  await new Promise((resolve, reject) => {
    const next = () => {
      if (stop) return resolve();
      if (++reads > 20_000_000) return reject(new Error('the timer never fired'));
      return handle.read(buffer, 0, 512, 0).then(next, reject);
    };
    next();
  });
  await fired;
  await handle.close();
});

testOurs('Node has no writes that complete at once', '[loop.not-starved] timers tick while writes into a buffer complete at once', async () => {
  const handle = await open(freshPath(), { flags: 'w', buffering: 1 << 20 });
  const { count } = await withTicks(async () => {
    const until = performance.now() + 300;
    while (performance.now() < until) await handle.write('x');
  });
  assert.ok(count >= 8, `${count} ticks`);
  await handle.close();
});

const LARGE = 128 << 20;
function largeFile() {
  const file = freshPath();
  const fd = fs.openSync(file, 'w');
  const block = pattern(1 << 20);
  for (let i = 0; i < LARGE >> 20; i++) fs.writeSync(fd, block);
  fs.closeSync(fd);
  return file;
}

test('[loop.no-stall] a large cached read does not hold up the loop', async () => {
  const file = largeFile();
  const handle = await open(file);
  const buffer = Buffer.alloc(LARGE, 1); // its memory is there already: page faults are not the read's
  await neverStalls(async () => {
    const { bytesRead } = await handle.read(buffer, 0, LARGE, 0);
    assert.equal(bytesRead, LARGE);
  });
  await handle.close();
});

test('[loop.no-stall] many reads of 1 MiB do not hold up the loop', async () => {
  const handle = await open(largeFile());
  const buffer = Buffer.alloc(1 << 20, 1);
  await neverStalls(() => Promise.all(Array.from({ length: 64 }, (_, i) => handle.read(buffer, 0, 1 << 20, i << 20))));
  await handle.close();
});

test('[loop.no-stall] readFile of a large file by path does not hold up the loop', async () => {
  const file = freshFile(pattern(16 << 20));
  await neverStalls(async () => { assert.equal((await readFile(file)).length, 16 << 20); });
});

test('[loop.no-stall] writing, syncing and closing much data does not hold up the loop', async () => {
  const block = Buffer.alloc(32 << 20, 1);
  await neverStalls(async () => {
    const handle = await open(freshPath(), 'w');
    await handle.write(block);
    await handle.sync();
    await handle.close();
  });
});

test('[loop.no-stall] close with reads in flight on a cold file does not hold up the loop', async () => {
  const file = freshFile(pattern(4 << 20));
  await neverStalls(async () => {
    dropCacheQuietly(file);
    for (let round = 0; round < 5; round++) {
      const handle = await open(file);
      const reads = Array.from({ length: 100 }, (_, i) => handle.read(Buffer.alloc(4096), 0, 4096, i * 40_960));
      await handle.close();
      await Promise.all(reads);
    }
  });
});

// Done by another program, so not while the gaps are measured, but for the first round.
let dropped = false;
function dropCacheQuietly(file) {
  if (dropped) return;
  dropped = true;
  dropCache(file);
}

test('[reads.cold] reads that have to wait for the disk bring the right bytes', async () => {
  const data = pattern(4 << 20);
  const file = freshFile(data);
  dropCache(file);
  const handle = await open(file);
  const results = await Promise.all(Array.from({ length: 200 }, (_, i) => handle.read(Buffer.alloc(5000), 0, 5000, (i * 7919 * 13) % (data.length - 5000))));
  results.forEach(({ bytesRead, buffer }, i) => {
    const at = (i * 7919 * 13) % (data.length - 5000);
    assert.equal(bytesRead, 5000);
    assert.ok(buffer.equals(data.subarray(at, at + 5000)), `read ${i}`);
  });
  await handle.close();
});
