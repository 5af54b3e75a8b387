// wrapFd: a handle of a descriptor that is open already.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { lib } from './support/impl.mjs';
import { openOn } from './support/probes.mjs';
import { testOurs } from './support/testing.mjs';
import { freshFile, freshPath } from './support/workdir.mjs';

const ours = (title, ...rest) => testOurs('Node has no wrapFd', title, ...rest);

ours('[wrap.ownership] the descriptor is closed only with ownsFd', async () => {
  const file = freshFile('abc');
  const fd = fs.openSync(file, 'r');
  const borrowed = await lib.wrapFd(fd);
  assert.equal(await borrowed.readFile('latin1'), 'abc');
  await borrowed.close();
  assert.equal(fs.fstatSync(fd).size, 3);
  const owned = await lib.wrapFd(fd, { ownsFd: true });
  await owned.close();
  assert.throws(() => fs.fstatSync(fd), { code: 'EBADF' });
  assert.equal(openOn(file), 0);
});

ours('[wrap.offset] a read at a position does not move the descriptor\'s own offset', async () => {
  const fd = fs.openSync(freshFile('0123456789'), 'r');
  const handle = await lib.wrapFd(fd);
  assert.equal((await handle.read(Buffer.alloc(3), 0, 3, 5)).buffer.toString(), '567');
  const block = Buffer.alloc(2);
  fs.readSync(fd, block, 0, 2, null);
  assert.equal(block.toString(), '01');
  await handle.close();
  fs.closeSync(fd);
});

ours('[wrap.no-truncate] nothing is truncated or created, whatever the flags say', async () => {
  const file = freshFile('content');
  const fd = fs.openSync(file, 'r+');
  const handle = await lib.wrapFd(fd, { flags: 'w+' });
  assert.equal(fs.readFileSync(file, 'latin1'), 'content');
  await handle.write('CON', 0);
  assert.equal(fs.readFileSync(file, 'latin1'), 'CONtent');
  await handle.close();
  fs.closeSync(fd);
});

ours('flags, position and buffering are taken', async () => {
  const file = freshFile('0123456789');
  const fd = fs.openSync(file, 'r+');
  const handle = await lib.wrapFd(fd, { flags: 'r+', position: 4 });
  assert.equal((await handle.read(Buffer.alloc(2))).buffer.toString(), '45');
  await handle.close();
  const gathering = await lib.wrapFd(fd, { flags: 'r+', buffering: 4096, position: 0 });
  await gathering.write('XX');
  assert.equal(fs.readFileSync(file, 'latin1'), '0123456789');
  await gathering.close();
  assert.equal(fs.readFileSync(file, 'latin1'), 'XX23456789');
  const reader = await lib.wrapFd(fd, { flags: 'r' });
  await assert.rejects(reader.write('x'), { code: 'EBADF', syscall: 'write' });
  await reader.close();
  fs.closeSync(fd);
});

ours('a pipe, read until its writer is gone', async () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const both = fs.openSync(fifo, 'r+');
  const fd = fs.openSync(fifo, 'r');
  const handle = await lib.wrapFd(fd, { ownsFd: true });
  fs.writeSync(both, 'one');
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(100));
  assert.equal(buffer.toString('latin1', 0, bytesRead), 'one');
  fs.writeSync(both, 'two');
  fs.closeSync(both);
  assert.equal(await handle.readFile('latin1'), 'two');
  await handle.close();
});

ours('[errors.usage] wrong arguments', async () => {
  const fd = fs.openSync(freshFile(), 'r');
  for (const wrong of [undefined, null, -1, 1.5, 'x', {}, 2 ** 31]) {
    await assert.rejects(async () => lib.wrapFd(wrong), (error) => /^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/.test(error.code), String(wrong));
  }
  for (const options of [5, { flags: 'nonsense' }, { ownsFd: 'yes' }, { position: -1 }, { buffering: 'x' }, { colour: 'red' }]) {
    await assert.rejects(async () => lib.wrapFd(fd, options), (error) => error instanceof TypeError || error instanceof RangeError, JSON.stringify(options));
  }
  await assert.rejects(async () => lib.wrapFd(fd, { colour: 'red' }), /colour.*ownsFd/s);
  assert.ok(fs.fstatSync(fd));
  fs.closeSync(fd);
  await assert.rejects(lib.wrapFd(fd).then(async (handle) => { await handle.close(); }), { code: 'EBADF' });
});
