// configure, getConfig, resetConfig, getBackendInfo and the pools.

import assert from 'node:assert/strict';

import { lib, open } from './support/impl.mjs';
import { testOurs } from './support/testing.mjs';
import { freshFile, pattern } from './support/workdir.mjs';

const ours = (title, ...rest) => testOurs('Node has no such options', title, ...rest);

ours('[options.round-trip] every option can be set to what it is, and is a number or a switch with a camel-case name', () => {
  const before = lib.getConfig();
  assert.ok(Object.keys(before).length >= 5);
  for (const [name, value] of Object.entries(before)) {
    assert.match(name, /^[a-z][a-zA-Z0-9]*$/);
    assert.ok(typeof value === 'number' || typeof value === 'boolean', name);
    lib.configure({ [name]: value });
  }
  assert.deepEqual(lib.getConfig(), before);
});

ours('[options.set] configure sets, resetConfig puts back', () => {
  const before = lib.getConfig();
  lib.configure({ bufferSize: 131072, closeTimeoutMs: 2000 });
  assert.deepEqual(lib.getConfig(), { ...before, bufferSize: 131072, closeTimeoutMs: 2000 });
  lib.resetConfig();
  assert.deepEqual(lib.getConfig(), before);
  // What is handed out is a copy.
  lib.getConfig().bufferSize = 1;
  assert.deepEqual(lib.getConfig(), before);
});

ours('[errors.options] an unknown option is an error that lists the known ones, and nothing is set', () => {
  const before = lib.getConfig();
  assert.throws(() => lib.configure({ bufferSize: 8192, bufferSiz: 1 }), (error) => {
    for (const name of Object.keys(before)) assert.ok(error.message.includes(name), `${name} in: ${error.message}`);
    return error instanceof TypeError;
  });
  for (const name of ['toString', '__proto__x', 'buffer_size', 'constructor']) assert.throws(() => lib.configure({ [name]: 1 }), TypeError);
  assert.deepEqual(lib.getConfig(), before);
});

ours('[errors.usage] wrong values are refused, and nothing is set', () => {
  const before = lib.getConfig();
  for (const wrong of [{ bufferSize: 'x' }, { bufferSize: -1 }, { bufferSize: 1.5 }, { bufferSize: null }, { bufferSize: 1n }, { bufferSize: NaN }, { closeTimeoutMs: -1 }, { ioUringSqpoll: 'yes' }]) {
    assert.throws(() => lib.configure(wrong), (error) => error instanceof TypeError || error instanceof RangeError, JSON.stringify(Object.keys(wrong)));
  }
  for (const wrong of [undefined, null, 5, 'x']) assert.throws(() => lib.configure(wrong), TypeError);
  assert.deepEqual(lib.getConfig(), before);
});

ours('[options.effect] inlineReadMax 0 sends every read through the queue, with the same result', async () => {
  const data = pattern(50_000);
  const file = freshFile(data);
  lib.configure({ inlineReadMax: 0 });
  try {
    const handle = await open(file);
    const results = await Promise.all(Array.from({ length: 500 }, (_, i) => handle.readAt(100, i * 99)));
    results.forEach((got, i) => assert.ok(got.equals(data.subarray(i * 99, i * 99 + 100))));
    assert.ok((await handle.readFile()).equals(data));
    await handle.close();
  } finally {
    lib.resetConfig();
  }
});

ours('getBackendInfo says which backend is used and why', () => {
  const info = lib.getBackendInfo();
  assert.equal(typeof info.backend, 'string');
  const forced = process.env.AYAFILEIO_BACKEND;
  if (forced) assert.equal(info.backend, forced);
  for (const name of Object.keys(info)) assert.match(name, /^[a-z][a-zA-Z0-9]*$/);
});

ours('the pools can be emptied at any time', async () => {
  const handle = await open(freshFile(pattern(10_000)));
  for (let i = 0; i < 10; i++) {
    const reading = handle.read(Buffer.alloc(1000));
    lib.drainBufferPool();
    lib.drainHandlePool();
    assert.equal((await reading).bytesRead, 1000);
  }
  await handle.close();
});
