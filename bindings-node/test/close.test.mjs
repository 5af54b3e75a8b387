// Closing: twice, with operations in flight, the event, what a closed handle answers, disposal.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';

import { nodeMajor, open } from './support/impl.mjs';
import { parity } from './support/parity.mjs';
import { openOn } from './support/probes.mjs';
import { test } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const METHODS = {
  read: (h) => h.read(Buffer.alloc(1)),
  'read without arguments': (h) => h.read(),
  'read with wrong arguments': (h) => h.read('x'),
  readv: (h) => h.readv([Buffer.alloc(1)]),
  'readv with wrong arguments': (h) => h.readv(5),
  write: (h) => h.write('x'),
  'write of a buffer': (h) => h.write(Buffer.from('x')),
  'write with wrong arguments': (h) => h.write(5),
  writev: (h) => h.writev([Buffer.from('x')]),
  readFile: (h) => h.readFile(),
  'readFile with a wrong encoding': (h) => h.readFile('klingon'),
  writeFile: (h) => h.writeFile('x'),
  appendFile: (h) => h.appendFile('x'),
  stat: (h) => h.stat(),
  sync: (h) => h.sync(),
  datasync: (h) => h.datasync(),
  truncate: (h) => h.truncate(0),
  chmod: (h) => h.chmod(0o600),
  'chmod with wrong arguments': (h) => h.chmod('x'),
  chown: (h) => h.chown(-1, -1),
  utimes: (h) => h.utimes(1, 1),
  readableWebStream: (h) => h.readableWebStream(),
  createReadStream: (h) => h.createReadStream(),
  createWriteStream: (h) => h.createWriteStream(),
  readLines: (h) => h.readLines(),
  close: (h) => h.close(),
  asyncDispose: (h) => h[Symbol.asyncDispose ?? 'close'](),
  fd: (h) => h.fd,
};

for (const [name, act] of Object.entries(METHODS)) {
  parity(`[close.then-error] closed: ${name}`, async (stage) => {
    const handle = await stage.open(stage.path, 'r+');
    await handle.close();
    return stage.outcome(() => act(handle));
  });
  if (/Stream|Lines/.test(name)) continue;
  parity(`closing: ${name}`, async (stage) => {
    const handle = await stage.open(stage.path, 'r+');
    const closing = handle.close();
    const during = await stage.outcome(() => act(handle));
    return [during, await stage.outcome(() => closing)];
  });
}

test('[close.idempotent] close twice, at once and later', async () => {
  const handle = await open(freshFile());
  const first = handle.close();
  const second = handle.close();
  assert.ok(first instanceof Promise && second instanceof Promise);
  assert.equal(await first, undefined);
  assert.equal(await second, undefined);
  assert.equal(await handle.close(), undefined);
  assert.equal(handle.fd, -1);
});

parity('close: the fd and the promises of several calls', async (stage) => {
  const handle = await stage.open(stage.path);
  stage.note(typeof handle.fd, handle.fd > 2);
  const first = handle.close();
  stage.note(handle.fd);
  const second = handle.close();
  stage.note(first === second, handle.fd);
  await first;
  stage.note(handle.fd);
  return stage.outcome(() => handle.close());
});

parity('close: with reads in flight', { content: pattern(100_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const reads = Array.from({ length: 10 }, (_, i) => handle.read(Buffer.alloc(1000), 0, 1000, i * 5000));
  stage.note(handle.fd > 2);
  const closing = handle.close();
  const results = await Promise.all(reads.map((read) => stage.outcome(() => read)));
  await closing;
  stage.note(handle.fd);
  return results;
});

parity('close: the event', async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', (...args) => stage.note('close', args, handle.fd));
  handle.once('close', function bound() { stage.note('this', this === handle); });
  stage.note('before');
  const closing = handle.close();
  stage.note('called');
  await closing;
  stage.note('closed');
  await handle.close();
  return handle.listenerCount('close');
});

parity('close: the event comes at the call though reads are in flight', { content: pattern(100_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('event'));
  const reading = handle.read(Buffer.alloc(50_000));
  const closing = handle.close();
  stage.note('called');
  const { bytesRead } = await reading;
  await closing;
  return bytesRead;
});

parity('close: a listener that throws', async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => { throw new RangeError('mine'); });
  const result = await stage.outcome(() => handle.close());
  await new Promise((resolve) => setTimeout(resolve, 20));
  return [result, handle.fd];
});

test('close is a function of its own, usable without the handle', async () => {
  const handle = await open(freshFile());
  const { close } = handle;
  await close();
  assert.equal(handle.fd, -1);
});

test('[close.releases] the descriptor is closed when the promise resolves, and all the same with operations in flight', async () => {
  const file = freshFile(pattern(100_000));
  for (let round = 0; round < 20; round++) {
    const handle = await open(file, 'r+');
    const { fd } = handle;
    assert.equal(openOn(file), 1);
    const reads = round % 2 ? Array.from({ length: 5 }, () => handle.read(Buffer.alloc(20_000))) : [];
    await handle.close();
    await Promise.all(reads);
    assert.throws(() => { if (fs.readlinkSync(`/proc/self/fd/${fd}`) === file) return; throw new Error('gone'); });
    assert.equal(openOn(file), 0);
  }
});

test('[close.waits] writes in flight are in the file when close resolves', async () => {
  const file = freshPath();
  const handle = await open(file, 'w');
  const writes = Array.from({ length: 50 }, (_, i) => handle.write(Buffer.alloc(1000, 65 + (i % 26)), 0, 1000, i * 1000));
  await handle.close();
  const content = fs.readFileSync(file, 'latin1');
  assert.equal(content.length, 50_000);
  for (let i = 0; i < 50; i++) assert.equal(content[i * 1000], String.fromCharCode(65 + (i % 26)));
  await Promise.all(writes);
});

test('an operation started before close still has its result', async () => {
  const handle = await open(freshFile('abc'));
  const reading = handle.readFile('utf8');
  const stating = handle.stat();
  await handle.close();
  assert.equal(await reading, 'abc');
  assert.equal((await stating).size, 3);
});

test('[close.disposal] Symbol.asyncDispose closes', async () => {
  const symbol = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');
  const handle = await open(freshFile());
  assert.equal(typeof handle[symbol], 'function');
  const disposed = handle[symbol]();
  assert.ok(disposed instanceof Promise);
  assert.equal(await disposed, undefined);
  assert.equal(handle.fd, -1);
  await handle[symbol]();
});

test('a handle is an EventEmitter and has no listeners of its own', async () => {
  const handle = await open(freshFile());
  if (nodeMajor > 20) assert.ok(handle instanceof EventEmitter); // Node 20 mixes the methods in
  assert.equal(handle.on('x', () => {}), handle);
  handle.removeAllListeners();
  assert.deepEqual(handle.eventNames(), []);
  await handle.close();
});

test('[errors.class] an error of a closed handle is EBADF and names the call', async () => {
  const handle = await open(freshFile());
  await handle.close();
  await assert.rejects(handle.read(Buffer.alloc(1)), { code: 'EBADF', syscall: 'read', message: 'file closed' });
  await assert.rejects(handle.stat(), { code: 'EBADF', syscall: 'fstat' });
});

test('a descriptor that was closed behind the handle: EBADF, never another file', async () => {
  const handle = await open(freshFile());
  fs.closeSync(handle.fd);
  await assert.rejects(handle.read(Buffer.alloc(1)), { code: 'EBADF', syscall: 'read' });
  await assert.rejects(handle.close(), { code: 'EBADF', syscall: 'close' });
});
