// The end of the process: with operations in flight, with handles open, by a signal, by an exception.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { runChild } from './support/children.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

function fifo() {
  const file = freshPath('fifo');
  execFileSync('mkfifo', [file]);
  return file;
}

for (const how of ['exit', 'end', 'throw', 'exit-in-callback']) {
  test(`[processes.exit] operations in flight, the process ends by ${how}`, async () => {
    for (let round = 0; round < 3; round++) {
      await runChild('exiting.mjs', [freshFile(pattern(1 << 20)), 'reads', how], { code: how === 'throw' ? 1 : how === 'end' ? 0 : 7, quiet: how !== 'throw' });
    }
  });
}

testOurs('Node\'s own read holds a thread until the writer comes', '[processes.exit] reads that wait for a FIFO do not hold the process up at exit()', async () => {
  await runChild('exiting.mjs', [fifo(), 'fifo', 'exit'], { code: 7, timeout: 20_000 });
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`[processes.signals] ${signal} with reads in flight reaches the process`, async () => {
    const { out } = await runChild('exiting.mjs', [freshFile(pattern(1 << 20)), 'reads', signal], { code: 5 });
    assert.equal(out, `got ${signal}\n`);
    await runChild('exiting.mjs', [freshFile(pattern(1 << 20)), 'reads', `${signal}-default`], { signal });
  });
}

test('an idle open handle does not keep the process alive', async () => {
  await runChild('exiting.mjs', [freshFile(), 'idle', 'end'], { timeout: 20_000 });
});

test('an operation in flight keeps the process alive until it is done', async () => {
  const { out } = await runChild('exiting.mjs', [freshFile(pattern(1 << 20)), 'one', 'end']);
  assert.equal(out, 'read 1048576\n');
});

test('a timer or a server decides alone when the process ends: nothing of ours remains referenced', async () => {
  const { out } = await runChild('exiting.mjs', [freshFile(pattern(1000)), 'used', 'end'], { timeout: 20_000 });
  assert.equal(out, 'used\n');
});

testOurs('Node does not gather', '[close.at-exit] what was gathered is written when the process ends', async () => {
  for (const how of ['end', 'exit']) {
    const file = freshPath();
    await runChild('exiting.mjs', [file, 'gathered', how], { code: how === 'exit' ? 7 : 0 });
    assert.equal(fs.readFileSync(file, 'latin1'), 'gathered at exit', how);
  }
});

testOurs('Node has no library to open', '[library.lazy] importing the package opens no library and starts no thread; the first open does', async () => {
  const { out } = await runChild('lazy.mjs', [freshFile()]);
  assert.deepEqual(JSON.parse(out), { mappedAfterImport: false, threadsAfterImport: 0, mappedAfterOpen: true });
});

test('child processes are started and end beside reads in flight', async () => {
  await runChild('exiting.mjs', [freshFile(pattern(1 << 20)), 'spawn', 'end']);
});
