// Very many operations at once, more than a queue is deep or a batch is long, and what peers fell over.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { lib, open } from './support/impl.mjs';
import { openOn, settles } from './support/probes.mjs';
import { seeded } from './support/random.mjs';
import { test, testOurs } from './support/testing.mjs';
import { dropCache, freshDir, freshFile, freshPath, pattern } from './support/workdir.mjs';

for (const count of [255, 256, 257, 500, 512, 1025, 5000]) {
  test(`[queue.many] ${count} writes at once, then ${count} reads`, async () => {
    const file = freshPath();
    const writer = await open(file, 'w');
    await Promise.all(Array.from({ length: count }, (_, i) => writer.write(`${String(i).padStart(7, '0')}\n`, i * 8)));
    await writer.close();
    const handle = await open(file);
    const results = await Promise.all(Array.from({ length: count }, (_, i) => handle.read(Buffer.alloc(8), 0, 8, i * 8)));
    results.forEach(({ buffer }, i) => assert.equal(Number(buffer.toString()), i));
    await handle.close();
  });
}

testOurs('Node has no queue', '[queue.full] a queue of 4 entries makes operations wait; it is never EBUSY', async () => {
  const { Worker } = await import('node:worker_threads');
  const file = freshFile(pattern(100_000));
  // The depth counts for queues opened from now on: a worker opens one of its own.
  lib.configure({ ioUringQueueDepth: 4, inlineReadMax: 0 });
  try {
    const worker = new Worker(new URL('children/shallow.mjs', import.meta.url), { workerData: { file } });
    const [code, answer] = await Promise.all([
      new Promise((resolve) => { worker.once('exit', resolve); }),
      new Promise((resolve, reject) => { worker.once('message', resolve); worker.once('error', reject); }),
    ]);
    assert.deepEqual([code, answer], [0, 'right']);
  } finally {
    lib.resetConfig();
  }
});

test('[queue.reentrant] operations that are started while others are delivered', async () => {
  const data = pattern(65_536);
  const handle = await open(freshFile(data));
  let started = 0;
  const branch = async (depth) => {
    started++;
    const at = (started * 7919) % 65_000;
    const { buffer } = await handle.read(Buffer.alloc(64), 0, 64, at);
    assert.ok(buffer.equals(data.subarray(at, at + 64)));
    if (depth > 0) await Promise.all([branch(depth - 1), branch(depth - 1)]);
  };
  await branch(10);
  assert.equal(started, 2047);
  await handle.close();
});

test('[queue.reentrant] an exception thrown by one who waits harms no other', async () => {
  const data = pattern(65_536);
  const file = freshFile(data);
  dropCache(file);
  const handle = await open(file);
  const results = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => handle.read(Buffer.alloc(64), 0, 64, i * 200).then(({ buffer }) => {
    if (i % 3 === 0) throw new RangeError(`mine ${i}`);
    return buffer.equals(data.subarray(i * 200, i * 200 + 64));
  })));
  results.forEach(({ status, value, reason }, i) => {
    if (i % 3) assert.deepEqual([status, value], ['fulfilled', true]);
    else assert.equal(reason.message, `mine ${i}`);
  });
  await handle.close();
});

test('[handles.many] 2,000 handles on one file, closed in another order', async () => {
  const file = freshFile(pattern(10_000));
  const random = seeded(4);
  const handles = await Promise.all(Array.from({ length: 2000 }, () => open(file)));
  assert.equal(openOn(file), 2000);
  await Promise.all(handles.map((handle, i) => handle.read(Buffer.alloc(8), 0, 8, (i % 1000) * 8)));
  handles.sort(() => random.next() - 0.5);
  await Promise.all(handles.map((handle) => handle.close()));
  assert.ok(await settles(() => openOn(file) === 0));
});

test('[handles.stale] a closed handle never reaches the file that has its descriptor now', async () => {
  const first = await open(freshFile('first'));
  const { fd } = first;
  await first.close();
  const others = [];
  do {
    others.push(await open(freshFile('second')));
  } while (others.length < 10 && others.at(-1).fd !== fd);
  await assert.rejects(first.read(Buffer.alloc(5)), { code: 'EBADF' });
  await first.close();
  for (const other of others) {
    assert.equal(await other.readFile('latin1'), 'second');
    await other.close();
  }
});

test('[open.many] 500 files created, written, read and removed at once', async () => {
  const dir = freshDir();
  await Promise.all(Array.from({ length: 500 }, async (_, i) => {
    const name = `${dir}/${i}`;
    const handle = await open(name, 'wx+');
    await handle.write(`file ${i}`);
    assert.equal((await handle.read(Buffer.alloc(20), 0, 20, 0)).bytesRead, `file ${i}`.length);
    await handle.close();
    fs.unlinkSync(name);
  }));
  assert.deepEqual(fs.readdirSync(dir), []);
});

testOurs('Node leaves the order to its thread pool', '[position.reserved] random mixes of operations at once do what they do one after the other', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seeded(seed);
    const steps = Array.from({ length: random.int(2, 40) }, () => [random.pick(['read', 'read', 'write', 'writev', 'readv']), random.pick([1, 7, 100, 5000, 70_000])]);
    const outcomes = [];
    for (const together of [false, true]) {
      const file = freshFile(pattern(200_000, seed));
      const handle = await open(file, 'r+');
      const run = ([name, size], i) => {
        switch (name) {
          case 'read': return handle.read(Buffer.alloc(size)).then(({ bytesRead, buffer }) => buffer.subarray(0, bytesRead));
          case 'readv': return handle.readv([Buffer.alloc(size), Buffer.alloc(3)]).then(({ bytesRead, buffers }) => Buffer.concat(buffers).subarray(0, bytesRead));
          case 'write': return handle.write(Buffer.alloc(size, 33 + i)).then(({ bytesWritten }) => bytesWritten);
          default: return handle.writev([Buffer.alloc(size, 65 + i), Buffer.from('|')]).then(({ bytesWritten }) => bytesWritten);
        }
      };
      const results = [];
      if (together) results.push(...await Promise.all(steps.map(run)));
      else for (const [i, step] of steps.entries()) results.push(await run(step, i));
      await handle.close();
      outcomes.push([results, fs.readFileSync(file)]);
    }
    assert.deepEqual(outcomes[1], outcomes[0], `seed ${seed}: ${JSON.stringify(steps)}`);
  }
});
