// readableWebStream: what it yields, when the handle is locked, when it is closed.

import assert from 'node:assert/strict';

import { nodeMajor, open } from './support/impl.mjs';
import { parity } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshFile, pattern } from './support/workdir.mjs';

// Node 20 made streams of another kind unless told "bytes"; what all do now is what 22 does.
const since = 22;

async function gather(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  return Buffer.concat(chunks);
}

const bytes = nodeMajor < 22 ? { type: 'bytes' } : undefined;

for (const size of [0, 1, 16383, 16384, 16385, 400_000]) {
  test(`readableWebStream: ${size} bytes`, async () => {
    const data = pattern(size);
    const handle = await open(freshFile(data));
    assert.ok((await gather(handle.readableWebStream(bytes))).equals(data));
    await handle.close();
  });
}

for (const options of [undefined, {}, { type: 'bytes' }, { autoClose: true }, { autoClose: false }]) {
  parity(`readableWebStream(${JSON.stringify(options)}): chunks and what is left open`, { since, content: pattern(40_000) }, async (stage) => {
    const handle = await stage.open(stage.path);
    handle.on('close', () => stage.note('closed'));
    const stream = handle.readableWebStream(options);
    const sizes = [];
    for await (const chunk of stream) sizes.push([chunk.constructor.name, chunk.byteLength]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return [stream instanceof ReadableStream, sizes, handle.fd > 2];
  });
}

for (const options of [null, 5, 'x', [], { autoClose: 1 }, { autoClose: 'yes' }, { autoClose: null }]) {
  parity(`readableWebStream(${JSON.stringify(options)}) is refused alike`, { since }, async (stage) => {
    const handle = await stage.open(stage.path);
    const made = await stage.outcome(() => { handle.readableWebStream(options); });
    // It is locked all the same, or not: the second call tells.
    return [made, await stage.outcome(() => { handle.readableWebStream(); })];
  });
}

parity('readableWebStream: a second one is refused', { since }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.readableWebStream();
  const second = await stage.outcome(() => handle.readableWebStream());
  await gather(stream);
  return [second, await stage.outcome(() => handle.readableWebStream())];
});

parity('readableWebStream: of a closed and of a closing handle', async (stage) => {
  const handle = await stage.open(stage.path);
  const closing = handle.close();
  const seen = [await stage.outcome(() => handle.readableWebStream())];
  await closing;
  seen.push(await stage.outcome(() => handle.readableWebStream()));
  return seen;
});

parity('readableWebStream: cancelled early', { since, content: pattern(100_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('closed'));
  const stream = handle.readableWebStream();
  const reader = stream.getReader();
  stage.note((await reader.read()).value.byteLength);
  stage.note('cancel', await stage.outcome(() => reader.cancel('enough')));
  stage.note('next', (await reader.read()).done, handle.fd > 2);
  stage.note('close', await stage.outcome(() => handle.close()));
  return handle.fd;
});

parity('readableWebStream: cancelled early with autoClose', { since, content: pattern(100_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('closed'));
  const reader = handle.readableWebStream({ autoClose: true }).getReader();
  await reader.read();
  await reader.cancel();
  await new Promise((resolve) => setTimeout(resolve, 10));
  return handle.fd;
});

parity('readableWebStream: the handle is closed while it streams', { since, content: pattern(100_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const reader = handle.readableWebStream().getReader();
  await reader.read();
  const closing = handle.close();
  const next = await stage.outcome(async () => (await reader.read()).done);
  return [next, await stage.outcome(() => closing), handle.fd];
});

parity('readableWebStream: the handle is closed before the first read', { since }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.readableWebStream();
  stage.note('close', await stage.outcome(() => handle.close()));
  return [await stage.outcome(async () => (await stream.getReader().read()).done), handle.fd];
});

parity('readableWebStream: the reader brings its own buffer', { since }, async (stage) => {
  const handle = await stage.open(stage.path);
  const reader = handle.readableWebStream().getReader({ mode: 'byob' });
  const seen = [];
  for (let view = new Uint8Array(10); ;) {
    const { done, value } = await reader.read(view);
    seen.push([done, value && Buffer.from(value).toString(), value?.byteOffset, value?.buffer.byteLength]);
    if (done) break;
    view = new Uint8Array(value.buffer);
  }
  return seen;
});

parity('readableWebStream: an error of the system', { since }, async (stage) => {
  const handle = await stage.open(stage.dir);
  const reader = handle.readableWebStream().getReader();
  return stage.outcome(() => reader.read());
});

parity('readableWebStream: goes on from the position', { since }, async (stage) => {
  const handle = await stage.open(stage.path);
  await handle.read(Buffer.alloc(30));
  return (await gather(handle.readableWebStream())).toString();
});

test('[streams.close-waits] close waits for a web stream that is in use, and ends it', async () => {
  const handle = await open(freshFile(pattern(100_000)));
  const reader = handle.readableWebStream(bytes).getReader();
  const reading = reader.read();
  const closing = handle.close();
  await Promise.allSettled([reading, closing]);
  assert.equal(handle.fd, -1);
});
