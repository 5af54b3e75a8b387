// Above 2 GiB: sparse files, so that little is written.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { finished } from 'node:stream/promises';

import { nodeMajor, open, ours } from './support/impl.mjs';
import { test, testOurs, whySlow } from './support/testing.mjs';
import { freshPath } from './support/workdir.mjs';

const GIB = 2 ** 30;
const LIMIT = 0x7ffff000; // the most that one system call moves on Linux

function sparse(size, marks) {
  const file = freshPath();
  const fd = fs.openSync(file, 'w');
  fs.ftruncateSync(fd, size);
  for (const at of marks) fs.writeSync(fd, 'mark', at);
  fs.closeSync(fd);
  return file;
}

test('[reads.far] offsets above 2 and 4 GiB', async () => {
  const places = [2 * GIB - 2, 2 * GIB + 8, 4 * GIB - 2, 4 * GIB + 8, 5 * GIB + 123, 2 ** 40];
  const file = sparse(2 ** 40 + 4, places);
  const handle = await open(file, 'r+');
  for (const at of places) {
    for (const position of [at, BigInt(at)]) {
      if (typeof position === 'bigint' && !ours && nodeMajor < 22) continue; // that Node does not take it
      assert.equal((await handle.read(Buffer.alloc(4), 0, 4, position)).buffer.toString(), 'mark', String(position));
    }
    await handle.write('MARK', at);
    assert.equal((await handle.read(Buffer.alloc(4), 0, 4, at)).buffer.toString(), 'MARK');
  }
  assert.equal((await handle.stat()).size, 2 ** 40 + 4);
  await handle.truncate(6 * GIB);
  assert.equal((await handle.stat()).size, 6 * GIB);
  await handle.close();
});

test('[reads.far] streams begin and end above 4 GiB', async () => {
  const file = sparse(5 * GIB, [5 * GIB - 4]);
  const chunks = [];
  for await (const chunk of (await open(file)).createReadStream({ start: 5 * GIB - 6 })) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString('latin1'), '\0\0mark');
  const stream = (await open(file, 'r+')).createWriteStream({ start: 5 * GIB });
  stream.end('tail');
  await finished(stream, { readable: false });
  assert.equal(fs.statSync(file).size, 5 * GIB + 4);
});

test('readFile of more than Node gives a buffer for is ERR_FS_FILE_TOO_LARGE', async () => {
  const handle = await open(sparse(2 ** 33, []));
  await assert.rejects(handle.readFile(), { code: 'ERR_FS_FILE_TOO_LARGE', name: 'RangeError' });
  await handle.close();
});

testOurs('Node stops at 0x7ffff000 bytes', '[reads.huge] a read across the limit of one system call is whole', { skip: whySlow }, async () => {
  const length = LIMIT + 5000;
  const handle = await open(sparse(length, [0, LIMIT - 2, length - 4]));
  const buffer = Buffer.alloc(length);
  assert.equal(await handle.readAt(buffer, 0), length);
  for (const at of [0, LIMIT - 2, length - 4]) assert.equal(buffer.toString('latin1', at, at + 4), 'mark');
  const { bytesRead } = await handle.readv([buffer.subarray(0, GIB), buffer.subarray(GIB, 2 * GIB - 4096 + 5000 - 1)], 1);
  assert.equal(bytesRead, Math.min(length - 1, 2 * GIB - 4096 + 5000 - 1));
  await handle.close();
});

testOurs('Node stops at 0x7ffff000 bytes', '[writes.huge] a write across the limit of one system call is whole', { skip: whySlow }, async () => {
  const length = LIMIT + 5000;
  const file = freshPath();
  const buffer = Buffer.alloc(length);
  for (const at of [0, LIMIT - 2, length - 4]) buffer.write('mark', at);
  const handle = await open(file, 'w+');
  assert.equal(await handle.writeAt(buffer, 0), length);
  assert.equal((await handle.stat()).size, length);
  for (const at of [0, LIMIT - 2, length - 4]) assert.equal((await handle.readAt(4, at)).toString(), 'mark');
  await handle.truncate(0);
  await handle.close();
});
