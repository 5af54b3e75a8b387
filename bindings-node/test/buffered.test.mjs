// Handles that gather writes, which Node's do not: `open(path, { buffering })`. And what a position is after trouble.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { open } from './support/impl.mjs';
import { settles } from './support/probes.mjs';
import { testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const ours = (title, ...rest) => testOurs('Node does not gather writes', title, ...rest);
const content = (file) => fs.readFileSync(file, 'latin1');

ours('[writes.gathered] small writes leave together, a full buffer at the latest when the next is full, too', async () => {
  const file = freshPath();
  const handle = await open(file, { flags: 'w', buffering: 8192 });
  await handle.write('a'.repeat(4000));
  await handle.write('b'.repeat(4000));
  assert.equal(content(file), '');
  for (let i = 0; i < 4; i++) await handle.write('c'.repeat(4000));
  assert.ok(await settles(() => content(file).length >= 8000), `the full buffer was not pushed: ${content(file).length} bytes are there`);
  await handle.close();
  assert.equal(content(file), 'a'.repeat(4000) + 'b'.repeat(4000) + 'c'.repeat(16_000));
});

const PUSHES = {
  close: (handle) => handle.close(),
  sync: (handle) => handle.sync(),
  datasync: (handle) => handle.datasync(),
  flush: (handle) => handle.flush(),
  read: (handle) => handle.read(Buffer.alloc(1)),
  'readAt of these bytes': (handle) => handle.readAt(3, 0),
  readFile: (handle) => handle.readFile(),
  truncate: (handle) => handle.truncate(5),
};
for (const [name, push] of Object.entries(PUSHES)) {
  ours(`[writes.pushed] ${name} pushes what was gathered`, async () => {
    const file = freshPath();
    const handle = await open(file, { flags: 'w+', buffering: 4096 });
    await handle.write('gathered');
    assert.equal(content(file), '');
    await push(handle);
    assert.equal(content(file), name === 'truncate' ? 'gathe' : 'gathered');
    await handle.close();
  });
}

ours('[writes.read-back] a gathering handle reads back what was written through it, and stat counts it', async () => {
  const handle = await open(freshPath(), { flags: 'w+', buffering: 4096 });
  await handle.write('hello world');
  assert.equal((await handle.stat()).size, 11);
  assert.equal((await handle.stat({ bigint: true })).size, 11n);
  assert.equal((await handle.readAt(5, 6)).toString(), 'world');
  await handle.writeAt('J', 0);
  assert.equal((await handle.readAt(11, 0)).toString(), 'Jello world');
  assert.equal((await handle.read(Buffer.alloc(5))).bytesRead, 0);
  await handle.write('!');
  assert.equal((await handle.readAt(100, 0)).toString(), 'Jello world!');
  await handle.close();
});

ours('[writes.small-copied] a gathered block was copied at the call', async () => {
  const file = freshPath();
  const handle = await open(file, { flags: 'w', buffering: 4096 });
  const block = Buffer.from('before');
  const writing = handle.write(block);
  block.fill('x');
  await writing;
  await handle.close();
  assert.equal(content(file), 'before');
});

ours('[writes.unbuffered] without buffering a write has reached the system when it resolves', async () => {
  const file = freshPath();
  for (const options of ['w', { flags: 'w' }, { flags: 'w', buffering: 0 }]) {
    const handle = await open(file, options);
    await handle.write('now');
    assert.equal(content(file), 'now');
    await handle.close();
  }
});

ours('[position.after-short] after a short read the position is where the data ended', async () => {
  const file = freshFile('0123456789');
  const handle = await open(file);
  await handle.read(Buffer.alloc(7));
  assert.equal((await handle.read(Buffer.alloc(100))).bytesRead, 3);
  assert.equal((await handle.read(Buffer.alloc(100))).bytesRead, 0);
  fs.appendFileSync(file, 'more');
  assert.equal((await handle.read(Buffer.alloc(100))).buffer.toString('latin1', 0, 4), 'more');
  await handle.close();
});

ours('[position.after-short] reads at once across the end: what is behind it gives its place back', async () => {
  const file = freshFile('0123456789');
  const handle = await open(file);
  const counts = (await Promise.all(Array.from({ length: 6 }, () => handle.read(Buffer.alloc(4))))).map(({ bytesRead }) => bytesRead);
  assert.deepEqual(counts, [4, 4, 2, 0, 0, 0]);
  fs.appendFileSync(file, 'next');
  assert.equal((await handle.read(Buffer.alloc(4))).buffer.toString(), 'next');
  await handle.close();
});

ours('[position.after-cancel] a read of a FIFO that was aborted has taken nothing', async () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const handle = await open(fifo, fs.constants.O_RDWR);
  const abort = new AbortController();
  const reading = handle.readFile({ signal: abort.signal });
  setTimeout(() => abort.abort(), 5);
  await assert.rejects(reading, { name: 'AbortError' });
  await handle.write('abc');
  assert.equal((await handle.read(Buffer.alloc(10))).bytesRead, 3);
  await handle.close();
});

ours('[position.negative] a negative target is an error and moves nothing', async () => {
  const handle = await open(freshFile('0123456789'));
  await handle.seek(4);
  await assert.rejects(handle.seek(-1));
  await assert.rejects(handle.seek(-5, 'position'));
  await assert.rejects(handle.seek(-11, 'end'));
  await assert.rejects(handle.seek(0, 'middle'), { code: 'ERR_INVALID_ARG_VALUE' });
  await assert.rejects(handle.seek(1.5), { code: 'ERR_OUT_OF_RANGE' });
  await assert.rejects(handle.seek('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.equal((await handle.read(Buffer.alloc(1))).buffer.toString(), '4');
  assert.equal(await handle.seek(-2, 'end'), 8);
  assert.equal(await handle.seek(1, 'position'), 9);
  assert.equal(await handle.seek(100n), 100);
  assert.equal((await handle.read(Buffer.alloc(1))).bytesRead, 0);
  await handle.close();
});

ours('[position.crowd] 100,000 tasks of seek and read on one handle all get the right bytes', { timeout: 120_000 }, async () => {
  const data = pattern(1 << 20);
  const handle = await open(freshFile(data));
  let wrong = 0;
  await Promise.all(Array.from({ length: 100_000 }, async (_, i) => {
    const at = ((i * 7919) % 130_000) * 8;
    handle.seek(at).catch(() => { wrong++; });
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(8));
    if (bytesRead !== 8 || buffer.readBigUInt64LE() !== BigInt(at)) wrong++;
  }));
  assert.equal(wrong, 0);
  await handle.close();
});

ours('[open.direct] O_DIRECT reads and writes aligned blocks', async (context) => {
  const data = pattern(65_536);
  let handle;
  try {
    handle = await open(freshFile(data), { flags: 'r+', direct: true });
  } catch (error) {
    if (error.code === 'EINVAL') return context.skip('this file system has no O_DIRECT');
    throw error;
  }
  // JavaScript cannot ask for aligned memory, but can look for it: a large block begins near a page.
  const block = new Uint8Array(1 << 20);
  let start = -1;
  for (let offset = 0; offset < 4096 && start < 0; offset += 16) {
    const count = await handle.readAt(block.subarray(offset, offset + 8192), 4096).catch((error) => error);
    if (typeof count === 'number') start = offset;
    else assert.equal(count.code, 'EINVAL');
  }
  assert.ok(start >= 0, 'no place in the block was aligned');
  assert.ok(Buffer.from(block.buffer, start, 8192).equals(data.subarray(4096, 12_288)));
  await handle.close();
});
