// Node's own functions that take a FileHandle, or its descriptor, take ours.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import http2 from 'node:http2';
import { pipeline } from 'node:stream/promises';

import { open } from './support/impl.mjs';
import { streamParity as parity } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

parity('fs.createReadStream with the handle as fd', async (stage) => {
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('handle closed'));
  const stream = fs.createReadStream(null, { fd: handle, encoding: 'utf8', start: 3 });
  let text = '';
  for await (const chunk of stream) text += chunk;
  await new Promise((resolve) => setTimeout(resolve, 10));
  return [text, handle.fd, handle.listenerCount('close')];
});

parity('fs.createWriteStream with the handle as fd', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  handle.on('close', () => stage.note('handle closed'));
  const stream = fs.createWriteStream(null, { fd: handle, start: 4 });
  await pipeline(['a', 'b'], stream);
  await new Promise((resolve) => setTimeout(resolve, 10));
  return [handle.fd, handle.listenerCount('close')];
});

parity('fs.createReadStream with the handle and functions of one\'s own is refused', async (stage) => {
  const handle = await stage.open(stage.path);
  return stage.outcome(() => { fs.createReadStream(null, { fd: handle, fs }); });
});

for (const name of ['readFile', 'writeFile', 'appendFile']) {
  parity(`fs.promises.${name} with the handle`, async (stage) => {
    const handle = await stage.open(stage.path, 'r+');
    await handle.read(Buffer.alloc(5));
    const result = await stage.outcome(() => (name === 'readFile' ? fsp.readFile(handle, 'utf8') : fsp[name](handle, 'new')));
    return [result, await stage.outcome(() => handle.read(Buffer.alloc(3))), handle.fd > 2];
  });
}

parity('fs functions on the descriptor and the handle share the position', { content: pattern(1000) }, async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const take = async () => (await handle.read(Buffer.alloc(8))).buffer.readBigUInt64LE();
  const seen = [await take()];
  const { fd } = handle;
  const block = Buffer.alloc(8);
  fs.readSync(fd, block, 0, 8, null);
  seen.push(block.readBigUInt64LE(), await take());
  fs.readSync(fd, block, 0, 8, null);
  seen.push(block.readBigUInt64LE());
  fs.writeSync(fd, 'SYNC');
  await handle.write('HANDLE');
  fs.writeSync(fd, 'AGAIN');
  seen.push(await take());
  return seen;
});

parity('fs functions on the descriptor at positions', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  fs.writeSync(handle.fd, 'XY', 3);
  fs.ftruncateSync(handle.fd, 20);
  fs.fchmodSync(handle.fd, 0o600);
  const { size, mode } = await handle.stat();
  return [size, mode, await handle.readFile('latin1')];
});

parity('reading by stream goes on where the descriptor was left', { content: pattern(1000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  fs.readSync(handle.fd, Buffer.alloc(100), 0, 100, null);
  const chunks = [];
  for await (const chunk of handle.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks);
});

parity('a method that the user replaced is used by the streams', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const { read, write } = handle;
  handle.read = function noted(...args) {
    stage.note('read', args[2], args[3]);
    return read.apply(this, args);
  };
  handle.write = function noted(...args) {
    stage.note('write', args[2], args[3]);
    return write.apply(this, args);
  };
  for await (const chunk of handle.createReadStream({ start: 1, autoClose: false, highWaterMark: 20 })) stage.note(chunk.length);
  const out = handle.createWriteStream({ start: 2, autoClose: false });
  await new Promise((resolve) => { out.end('x', resolve); });
});

test('the descriptor is one that a child process can be given', async () => {
  const { spawnSync } = await import('node:child_process');
  const handle = await open(freshFile('for the child'));
  const { stdout } = spawnSync('cat', { stdio: [handle.fd, 'pipe', 'inherit'] });
  assert.equal(stdout.toString(), 'for the child');
  await handle.close();
});

test('fs.promises.open can be replaced: what opens through it gets a handle that does everything', async () => {
  const real = fsp.open;
  const file = freshPath();
  fs.promises.open = open;
  try {
    const handle = await fs.promises.open(file, 'w+');
    await fs.promises.writeFile(handle, 'replaced');
    assert.equal((await handle.read(Buffer.alloc(8), 0, 8, 0)).buffer.toString(), 'replaced');
    await handle.close();
  } finally {
    fs.promises.open = real;
  }
});

parity('http2: respondWithFD with the handle', async (stage) => {
  const server = http2.createServer();
  const handle = await stage.open(stage.path);
  handle.on('close', () => stage.note('handle closed'));
  server.on('stream', (stream) => stream.respondWithFD(handle, { 'content-type': 'text/plain' }));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const request = client.request({ ':path': '/' });
  let body = '';
  request.setEncoding('utf8').on('data', (text) => { body += text; });
  await new Promise((resolve, reject) => { request.on('end', resolve).on('error', reject); });
  client.close();
  await new Promise((resolve) => { server.close(resolve); });
  return [body, handle.fd > 2];
});
