// Worker threads: one queue each, ended at any time.

import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { open } from './support/impl.mjs';
import { descriptors, settles, threads } from './support/probes.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'children', 'worker.mjs');

function start(what, file) {
  const worker = new Worker(program, { workerData: { what, file } });
  worker.once('error', () => {}); // awaited below through the exit
  return worker;
}

const message = (worker) => new Promise((resolve, reject) => {
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
});

test('[workers.own-queue] eight workers and the main thread read at once', async () => {
  const data = pattern(200_000);
  const file = freshFile(data);
  const workers = Array.from({ length: 8 }, () => start('read', file));
  const answers = workers.map(message);
  const handle = await open(file);
  for (let i = 0; i < 200; i++) {
    assert.ok((await handle.read(Buffer.alloc(1000), 0, 1000, i * 900)).buffer.equals(data.subarray(i * 900, i * 900 + 1000)));
  }
  await handle.close();
  for (const answer of await Promise.all(answers)) assert.equal(answer, 'right');
  await Promise.all(workers.map((worker) => worker.terminate()));
});

for (const what of ['reads-in-flight', 'fifo', 'writes-in-flight', 'streams', 'nothing']) {
  const rounds = what === 'reads-in-flight' ? 100 : 15;
  test(`[workers.terminate] ${rounds} workers ended: ${what}`, { timeout: 240_000 }, async () => {
    const data = pattern(4 << 20);
    const file = what === 'fifo' ? freshPath('fifo') : freshFile(data);
    if (what === 'fifo') (await import('node:child_process')).execFileSync('mkfifo', [file]);
    const one = async () => {
      const worker = start(what, file);
      await message(worker);
      await worker.terminate();
    };
    await one();
    await one();
    // A terminated worker's handles are Node's affair there; ours leave nothing behind.
    const [openBefore, threadsBefore] = [descriptors().size, threads()];
    for (let round = 0; round < rounds; round++) await one();
    assert.ok(await settles(() => descriptors().size <= openBefore + 4, 15_000), `${openBefore} descriptors became ${descriptors().size}`);
    assert.ok(await settles(() => threads() <= threadsBefore + 6, 15_000), `${threadsBefore} threads became ${threads()}`);
  });
}

testOurs('of our own queue', '[workers.terminate] the main thread goes on undisturbed meanwhile', async () => {
  const data = pattern(400_000);
  const file = freshFile(data);
  const handle = await open(file);
  let busy = true;
  const reader = (async () => {
    let count = 0;
    while (busy) {
      const at = (count * 7919) % 390_000;
      const { buffer } = await handle.read(Buffer.alloc(512), 0, 512, at);
      assert.ok(buffer.equals(data.subarray(at, at + 512)));
      count++;
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return count;
  })();
  for (let round = 0; round < 10; round++) {
    const worker = start('reads-in-flight', file);
    await message(worker);
    await worker.terminate();
  }
  busy = false;
  assert.ok(await reader > 0);
  await handle.close();
});
