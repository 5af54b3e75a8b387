// createReadStream: options, events in order, what is left open, errors.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';

import { open } from './support/impl.mjs';
import { streamParity as parity } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const pause = (ms = 15) => new Promise((resolve) => setTimeout(resolve, ms));

/** Notes the events of a stream; chunk borders are noted too. */
function watch(stage, stream, handle) {
  for (const name of ['open', 'ready', 'end', 'close', 'finish']) stream.on(name, (...args) => stage.note(name, args.map((a) => typeof a)));
  stream.on('error', (error) => stage.note('error', error));
  handle.on('close', () => stage.note('handle closed'));
}

async function drain(stage, options) {
  const handle = await stage.open(stage.path);
  const made = await stage.outcome(async () => {
    const stream = handle.createReadStream(options);
    watch(stage, stream, handle);
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    await finished(stream, { writable: false }).catch((error) => stage.note('finished', error));
    await pause();
    return { chunks, bytesRead: stream.bytesRead, destroyed: stream.destroyed, fd: stream.fd, pending: stream.pending, path: stream.path };
  });
  return { made, fd: handle.fd, next: await stage.outcome(() => handle.read(Buffer.alloc(4))) };
}

const OPTIONS = [undefined, null, {}, { start: 0 }, { start: 5 }, { start: 5, end: 9 }, { end: 9 }, { start: 5, end: 5 }, { start: 36 }, { start: 37 },
  { start: 1000 }, { end: 1000 }, { start: 0, end: 0 }, { end: 0 }, { end: Infinity }, { highWaterMark: 10 }, { highWaterMark: 10, start: 3, end: 30 },
  { highWaterMark: 1 }, { encoding: 'utf8' }, { encoding: 'hex' }, { encoding: 'base64', highWaterMark: 5 }, { encoding: null }, { autoClose: true }, { autoClose: false },
  { emitClose: true }, { emitClose: false }, { autoClose: false, emitClose: false }, { autoDestroy: false }, { objectMode: true }, 'utf8', 'latin1'];
for (const options of OPTIONS) {
  parity(`createReadStream(${inspect(options)})`, (stage) => drain(stage, options));
}

const WRONG = [{ start: -1 }, { start: 1.5 }, { start: '5' }, { start: NaN }, { start: null }, { start: 2 ** 53 }, { start: Infinity }, { start: 5n }, { end: -1 }, { end: '5' },
  { end: NaN }, { end: null }, { end: 1.5 }, { start: 5, end: 4 }, { encoding: 'klingon' }, { encoding: 5 }, { highWaterMark: -1 }, { highWaterMark: 'x' }, { highWaterMark: 1.5 }, { signal: 'x' },
  { signal: {} }, { fs: {} }, { fs }, { fs: { read() {} } }, 5, true, () => {}];
for (const options of WRONG) {
  parity(`createReadStream(${inspect(options, { depth: 0 })}) is refused alike`, async (stage) => {
    const handle = await stage.open(stage.path);
    const made = await stage.outcome(async () => {
      const stream = handle.createReadStream(options);
      stream.on('error', (error) => stage.note('error', error));
      stream.resume();
      await pause();
      stream.destroy();
    });
    return [made, handle.fd === -1];
  });
}

parity('a read stream: a signal that is aborted already', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ signal: AbortSignal.abort(new RangeError('mine')) });
  watch(stage, stream, handle);
  stream.resume();
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a read stream: a signal that is aborted on the way', { content: pattern(400_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const abort = new AbortController();
  const stream = handle.createReadStream({ signal: abort.signal, highWaterMark: 1000 });
  watch(stage, stream, handle);
  stream.once('data', () => abort.abort());
  await finished(stream, { writable: false }).catch((error) => stage.note('finished', error.name, error.code));
  await pause();
  return [stream.destroyed, handle.fd];
});

parity('a read stream: destroyed before anything was read', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stream.destroy();
  stage.note('called');
  await pause();
  return [handle.fd, stream.closed, stream.readableAborted];
});

parity('a read stream: destroyed with an error', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stream.destroy(new RangeError('mine'));
  await pause();
  return [handle.fd, stream.errored];
});

parity('a read stream: destroyed while it reads', { content: pattern(400_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ highWaterMark: 100_000 });
  watch(stage, stream, handle);
  stream.read(0);
  stream.destroy();
  await pause();
  return [handle.fd, stream.bytesRead];
});

parity('a read stream: close with a callback', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stream.close((error) => stage.note('callback', error));
  stream.close((error) => stage.note('second callback', error));
  await pause();
  return handle.fd;
});

parity('a read stream: the handle is closed while it streams', { content: pattern(400_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ highWaterMark: 1000 });
  watch(stage, stream, handle);
  let closing;
  stream.once('data', () => { closing = handle.close(); });
  await finished(stream, { writable: false }).catch((error) => stage.note('finished', error.name, error.code));
  stage.note('handle', await stage.outcome(() => closing));
  await pause();
  return [handle.fd, stream.destroyed];
});

parity('a read stream: the handle is closed before the stream is used', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stage.note('close', await stage.outcome(() => handle.close()));
  await pause();
  return [stream.destroyed, stream.closed];
});

parity('a read stream: close of the handle waits for a stream with autoClose false', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ autoClose: false });
  watch(stage, stream, handle);
  stream.resume();
  await new Promise((resolve) => { stream.on('end', resolve); });
  await pause();
  stage.note(handle.fd > 2, stream.destroyed);
  const closing = handle.close();
  let closed = false;
  closing.then(() => { closed = true; });
  await pause();
  stage.note('closed', closed, stream.destroyed);
  return null;
});

parity('two read streams on one handle', async (stage) => {
  const handle = await stage.open(stage.path);
  const read = async (options) => {
    let text = '';
    for await (const chunk of handle.createReadStream({ ...options, autoClose: false, encoding: 'utf8' })) text += chunk;
    return text;
  };
  return [await read({ start: 10 }), await read({ start: 0, end: 9 }), handle.fd > 2];
});

parity('a read stream: an error of the system', async (stage) => {
  const handle = await stage.open(stage.dir);
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stream.resume();
  await pause();
  return [handle.fd, stream.destroyed];
});

parity('a read stream of a handle that cannot read', async (stage) => {
  const handle = await stage.open(stage.path, 'w');
  const stream = handle.createReadStream();
  watch(stage, stream, handle);
  stream.resume();
  await pause();
  return [handle.fd, stream.destroyed];
});

parity('a read stream: async iteration, left early', { content: pattern(400_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('handle closed'));
  let count = 0;
  for await (const chunk of handle.createReadStream({ highWaterMark: 10_000 })) {
    stage.note(chunk.length);
    if (++count === 3) break;
  }
  await pause();
  return handle.fd;
});

parity('a read stream: the shape of the object', async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ start: 3, end: 10, highWaterMark: 77 });
  const shape = {
    isReadStream: stream instanceof fs.ReadStream, class: stream.constructor.name, fd: stream.fd === handle.fd, path: stream.path, start: stream.start, end: stream.end,
    pos: stream.pos, bytesRead: stream.bytesRead, flags: stream.flags, mode: stream.mode, autoClose: stream.autoClose,
    highWaterMark: stream.readableHighWaterMark, pending: stream.pending, listeners: handle.listenerCount('close'),
  };
  stream.destroy();
  await pause();
  return shape;
});

parity('a read stream: from the position that a read left', async (stage) => {
  const handle = await stage.open(stage.path);
  await handle.read(Buffer.alloc(30));
  const chunks = [];
  for await (const chunk of handle.createReadStream()) chunks.push(chunk);
  return chunks;
});

parity('a read stream: paused and resumed', { content: pattern(50_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream({ highWaterMark: 7000 });
  watch(stage, stream, handle);
  stream.on('data', (chunk) => {
    stage.note(chunk.length);
    stream.pause();
    setImmediate(() => stream.resume());
  });
  await finished(stream, { writable: false });
  await turn();
  return stream.bytesRead;
});

test('[streams.copy] a pipeline from a read stream to a write stream copies, and closes both handles', async () => {
  const data = pattern(3_000_000);
  const from = await open(freshFile(data));
  const target = freshPath();
  const to = await open(target, 'w');
  await pipeline(from.createReadStream(), to.createWriteStream());
  assert.ok(fs.readFileSync(target).equals(data));
  await pause();
  assert.deepEqual([from.fd, to.fd], [-1, -1]);
});

test('[streams.growing] a stream that begins where the file ended takes what came later', async () => {
  const file = freshFile('first');
  const handle = await open(file);
  const read = async () => {
    let text = '';
    for await (const chunk of handle.createReadStream({ autoClose: false, encoding: 'utf8' })) text += chunk;
    return text;
  };
  assert.equal(await read(), 'first');
  fs.appendFileSync(file, 'second');
  assert.equal(await read(), 'second');
  assert.ok(handle.fd > 2);
});
