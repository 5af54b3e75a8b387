// createWriteStream: options, events in order, what is left open, errors.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';

import { open } from './support/impl.mjs';
import { streamParity as parity } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshPath, pattern } from './support/workdir.mjs';

const pause = (ms = 15) => new Promise((resolve) => setTimeout(resolve, ms));

function watch(stage, stream, handle) {
  for (const name of ['open', 'ready', 'finish', 'drain', 'close']) stream.on(name, (...args) => stage.note(name, args.map((a) => typeof a)));
  stream.on('error', (error) => stage.note('error', error));
  handle.on('close', () => stage.note('handle closed'));
}

async function fill(stage, options, flags = 'r+') {
  const handle = await stage.open(stage.path, flags);
  const made = await stage.outcome(async () => {
    const stream = handle.createWriteStream(options);
    watch(stage, stream, handle);
    stage.note(stream.write('one '), stream.write(Buffer.from('two ')), stream.write('é', 'latin1'));
    stream.end('end', () => stage.note('end callback'));
    await finished(stream, { readable: false }).catch((error) => stage.note('finished', error));
    await pause();
    return { bytesWritten: stream.bytesWritten, destroyed: stream.destroyed, fd: stream.fd, pending: stream.pending, path: stream.path };
  });
  return { made, fd: handle.fd, next: await stage.outcome(() => handle.write('NEXT')) };
}

const OPTIONS = [undefined, null, {}, { start: 0 }, { start: 5 }, { start: 100 }, { autoClose: true }, { autoClose: false }, { emitClose: false }, { emitClose: true },
  { autoClose: false, emitClose: false }, { highWaterMark: 1 }, { highWaterMark: 3 }, { encoding: 'latin1' }, { defaultEncoding: 'hex' }, { flush: true },
  { flush: false }, { flush: null }, { flush: undefined }, { flush: true, autoClose: false }, 'utf8', 'latin1'];
for (const options of OPTIONS) parity(`createWriteStream(${inspect(options)})`, (stage) => fill(stage, options));
parity('createWriteStream on a handle that appends', (stage) => fill(stage, {}, 'a'));
parity('createWriteStream with start on a handle that appends', (stage) => fill(stage, { start: 2 }, 'a'));
parity('createWriteStream on a handle that cannot write', (stage) => fill(stage, {}, 'r'));

const WRONG = [{ start: -1 }, { start: 1.5 }, { start: '5' }, { start: NaN }, { start: null }, { start: 2 ** 53 }, { start: 5n }, { encoding: 'klingon' }, { encoding: 5 }, { defaultEncoding: 'klingon' },
  { highWaterMark: -1 }, { highWaterMark: 'x' }, { signal: 'x' }, { flush: 'yes' }, { flush: 1 }, { flush: {} }, { fs: {} }, { fs }, { fs: { write() {} } }, 5, true, () => {}];
for (const options of WRONG) {
  parity(`createWriteStream(${inspect(options, { depth: 0 })}) is refused alike`, async (stage) => {
    const handle = await stage.open(stage.path, 'r+');
    const made = await stage.outcome(async () => {
      const stream = handle.createWriteStream(options);
      stream.on('error', (error) => stage.note('error', error));
      stream.end('x');
      await pause();
    });
    return [made, handle.fd === -1];
  });
}

parity('a write stream: writes that are held back leave together, in order', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  stream.cork();
  for (let i = 0; i < 20; i++) stream.write(`${i},`);
  stream.uncork();
  stream.end();
  await finished(stream, { readable: false });
  await pause();
  return stream.bytesWritten;
});

parity('a write stream: many writes without waiting', { content: null }, async (stage) => {
  const handle = await stage.open(stage.path, 'w');
  const stream = handle.createWriteStream({ highWaterMark: 1000 });
  const waits = [];
  for (let i = 0; i < 200; i++) waits.push(stream.write(pattern(100 + i)));
  stream.end();
  await finished(stream, { readable: false });
  await pause();
  return [waits, stream.bytesWritten, handle.fd];
});

parity('a write stream: chunks that are none', async (stage) => {
  const seen = [];
  for (const chunk of [null, undefined, 5, true, {}, [], new ArrayBuffer(2), Symbol('x')]) {
    const handle = await stage.open(stage.path, 'r+');
    const stream = handle.createWriteStream();
    stream.on('error', (error) => stage.note('error', error));
    seen.push(await stage.outcome(() => stream.write(chunk)));
    await pause(2);
    stream.destroy();
    await pause(5);
  }
  return seen;
});

parity('a write stream: typed arrays and views', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  stream.write(new Uint8Array([65, 66]));
  const other = await stage.outcome(() => stream.write(new Uint8Array([67])));
  stream.end('');
  await finished(stream, { readable: false });
  return other;
});

parity('a write stream: a signal that is aborted already', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream({ signal: AbortSignal.abort() });
  watch(stage, stream, handle);
  stage.note(await stage.outcome(() => stream.write('x')));
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a write stream: destroyed before anything', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  stream.destroy();
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a write stream: destroyed with an error and writes waiting', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream({ highWaterMark: 1 });
  watch(stage, stream, handle);
  stream.destroy(new RangeError('mine'));
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a write stream: write after end', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  stream.end('x');
  stream.write('late', (error) => stage.note('callback', error));
  await pause();
  return handle.fd;
});

parity('a write stream: close with a callback', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  stream.write('before');
  stream.close((error) => stage.note('callback', error));
  stream.close((error) => stage.note('second callback', error));
  await pause();
  return handle.fd;
});

parity('a write stream: the handle is closed while it streams', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  await new Promise((resolve) => { stream.write('before', resolve); });
  stage.note('closing', await stage.outcome(() => handle.close()));
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a write stream: the shape of the object', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream({ start: 3, highWaterMark: 77, flush: true });
  const shape = {
    isWriteStream: stream instanceof fs.WriteStream, class: stream.constructor.name, fd: stream.fd === handle.fd, path: stream.path, start: stream.start, pos: stream.pos,
    bytesWritten: stream.bytesWritten, flags: stream.flags, mode: stream.mode, autoClose: stream.autoClose, flush: stream.flush,
    highWaterMark: stream.writableHighWaterMark, pending: stream.pending, listeners: handle.listenerCount('close'),
  };
  stream.destroy();
  await pause();
  return shape;
});

parity('a write stream: two, one after the other', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  for (const word of ['first ', 'second ']) {
    const stream = handle.createWriteStream({ autoClose: false });
    stream.end(word);
    await finished(stream, { readable: false });
  }
  return handle.fd > 2;
});

parity('a write stream: piped into', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream({ start: 4 });
  watch(stage, stream, handle);
  await pipeline(Readable.from(['a', 'b', Buffer.from('c')]), stream);
  await pause();
  return [stream.bytesWritten, handle.fd];
});

parity('a write stream: a pipeline whose source fails', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const stream = handle.createWriteStream();
  watch(stage, stream, handle);
  const result = await stage.outcome(() => pipeline(async function* source() { yield 'a'; throw new RangeError('mine'); }, stream));
  await pause();
  return [result, handle.fd];
});

test('[streams.flush] a write stream with flush is synced before it closes', async () => {
  const handle = await open(freshPath(), 'w');
  const stream = handle.createWriteStream({ flush: true });
  let synced = 0;
  const { sync } = handle;
  handle.sync = function noted() {
    synced++;
    return sync.call(handle);
  };
  stream.end('data');
  await finished(stream, { readable: false });
  await pause();
  assert.equal(synced, 1);
});
