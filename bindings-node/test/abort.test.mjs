// AbortSignal: what is refused, what a signal ends, and what is left afterwards.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { appendFile, open, readFile, writeFile } from './support/impl.mjs';
import { parity } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const CALLS = {
  readFile: (h, signal) => h.readFile({ signal }),
  'readFile as text': (h, signal) => h.readFile({ signal, encoding: 'utf8' }),
  writeFile: (h, signal) => h.writeFile('text', { signal }),
  'writeFile of bytes': (h, signal) => h.writeFile(Buffer.from('bytes'), { signal }),
  'writeFile of nothing': (h, signal) => h.writeFile('', { signal }),
  'writeFile of an iterable': (h, signal) => h.writeFile(['a', 'b'], { signal }),
  appendFile: (h, signal) => h.appendFile('text', { signal }),
};

for (const [name, act] of Object.entries(CALLS)) {
  for (const [kind, reason] of [['no reason', undefined], ['an error', new RangeError('mine')], ['a string', 'why'], ['null', null]]) {
    parity(`a signal that was aborted before, ${kind}: ${name}`, async (stage) => {
      const handle = await stage.open(stage.path, 'r+');
      return stage.outcome(() => act(handle, AbortSignal.abort(reason)));
    });
  }
  parity(`a signal that is never aborted: ${name}`, async (stage) => {
    const handle = await stage.open(stage.path, 'r+');
    return stage.outcome(() => act(handle, new AbortController().signal));
  });
}

parity('readFile: aborted at once after the call', { content: pattern(3_000_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const abort = new AbortController();
  const reading = handle.readFile({ signal: abort.signal });
  abort.abort();
  return stage.outcome(() => reading);
});

parity('writeFile: aborted by the iterable that it writes', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const abort = new AbortController();
  return stage.outcome(() => handle.writeFile((async function* pieces() {
    yield 'first';
    abort.abort(new RangeError('mine'));
    yield 'second';
  })(), { signal: abort.signal }));
});

test('[cancel.usable] a handle works on after an abort', async () => {
  const data = pattern(2_000_000);
  const handle = await open(freshFile(data));
  const abort = new AbortController();
  const reading = handle.readFile({ signal: abort.signal });
  abort.abort();
  await assert.rejects(reading, { name: 'AbortError', code: 'ABORT_ERR' });
  const { buffer } = await handle.read(Buffer.alloc(1000), 0, 1000, 5000);
  assert.deepEqual(buffer, data.subarray(5000, 6000));
  await handle.close();
});

test('[cancel.no-leak] a signal keeps no listeners when the operation is over', async () => {
  const { getEventListeners } = await import('node:events');
  const abort = new AbortController();
  const handle = await open(freshFile('x'.repeat(1000)), 'r+');
  for (let i = 0; i < 30; i++) {
    await handle.readFile({ signal: abort.signal });
    await handle.writeFile('y', { signal: abort.signal });
  }
  await handle.close();
  assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
});

test('[cancel.no-leak] hundreds of operations may share one signal, and nobody is warned of it', async () => {
  const warnings = [];
  const hear = (warning) => warnings.push(warning.message);
  process.on('warning', hear);
  const { signal } = new AbortController();
  const file = freshFile(pattern(100_000));
  await Promise.all(Array.from({ length: 100 }, async () => {
    const handle = await open(file);
    assert.equal((await handle.readFile({ signal })).length, 100_000);
    await handle.close();
  }));
  await new Promise((resolve) => { setImmediate(resolve); });
  process.off('warning', hear);
  assert.deepEqual(warnings, []);
});

test('whole files by path take a signal', async () => {
  const signal = AbortSignal.abort(new RangeError('mine'));
  for (const act of [() => readFile(freshFile(), { signal }), () => writeFile(freshPath(), 'x', { signal }), () => appendFile(freshPath(), 'x', { signal })]) {
    await assert.rejects(act, (error) => {
      assert.equal(error.name, 'AbortError');
      assert.equal(error.code, 'ABORT_ERR');
      assert.ok(error.cause instanceof RangeError);
      return true;
    });
  }
});

testOurs('Node waits for the bytes', '[cancel.kernel] a readFile that waits for a FIFO ends when it is aborted', async () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const handle = await open(fifo, fs.constants.O_RDWR);
  for (let round = 0; round < 20; round++) {
    const abort = new AbortController();
    const reading = handle.readFile({ signal: abort.signal });
    setTimeout(() => abort.abort(), 2);
    await assert.rejects(reading, { name: 'AbortError' });
  }
  // What arrives afterwards goes to the next reader, not to a forgotten one.
  await handle.write('for you');
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(100));
  assert.equal(buffer.toString('latin1', 0, bytesRead), 'for you');
  await handle.close();
});

testOurs('Node waits for the bytes', '[cancel.close] close ends reads that would wait for ever', async () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const { configure, resetConfig } = await import('ayafileio');
  configure({ closeTimeoutMs: 100 });
  try {
    const handle = await open(fifo, fs.constants.O_RDWR);
    const reads = Array.from({ length: 3 }, () => handle.read(Buffer.alloc(10)).catch((error) => error));
    await handle.close();
    for (const result of await Promise.all(reads)) assert.ok(result instanceof Error, String(result));
  } finally {
    resetConfig();
  }
});
