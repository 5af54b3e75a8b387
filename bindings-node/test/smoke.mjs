// The part of the suite that needs nothing but a JavaScript runtime: Node, Bun or Deno runs it as it is.
//
//   node bindings-node/test/smoke.mjs
//   bun bindings-node/test/smoke.mjs
//   deno run -A bindings-node/test/smoke.mjs

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setImmediate, setTimeout } from 'node:timers';
import { pathToFileURL } from 'node:url';

import * as ayafileio from '../index.mjs';

const { appendFile, configure, getBackendInfo, getConfig, open, readFile, resetConfig, wrapFd, writeFile } = ayafileio;
const dir = fs.mkdtempSync(path.join(process.env.AYAFILEIO_TEST_DIR || os.tmpdir(), 'ayafileio-test-'));
let serial = 0;
const fresh = (content) => {
  const file = path.join(dir, `f${++serial}`);
  if (content !== undefined) fs.writeFileSync(file, content);
  return file;
};
const text = (bytes) => new TextDecoder().decode(bytes);
const rejects = async (promise, code) => {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.code, code, String(error));
    return error;
  }
  throw new Error(`it was to reject with ${code}`);
};

const checks = {
  async 'the backend is known'() {
    assert.match(getBackendInfo().backend, /^(io_uring|threadpool)$/);
  },
  async 'open, read in four shapes, close'() {
    const handle = await open(fresh('0123456789'));
    assert.ok(handle.fd > 2);
    const buffer = new Uint8Array(4);
    assert.equal((await handle.read(buffer, 1, 3, 2)).bytesRead, 3);
    assert.equal(text(buffer), '\u0000234');
    assert.equal((await handle.read(buffer, { position: 5n })).buffer, buffer);
    assert.equal(text(buffer), '5678');
    assert.equal((await handle.read({ buffer })).bytesRead, 4);
    assert.equal((await handle.read()).bytesRead, 6);
    assert.equal((await handle.read()).bytesRead, 0);
    await handle.close();
    await handle.close();
    assert.equal(handle.fd, -1);
  },
  async 'write, writev, readv, truncate, stat'() {
    const file = fresh();
    const handle = await open(file, 'w+');
    assert.equal((await handle.write('naïve')).bytesWritten, 6);
    await handle.write(new Uint8Array([65, 66]), 0, 2, 0);
    await handle.writev([new Uint8Array([67]), new Uint8Array([68])], 10);
    const parts = [new Uint8Array(2), new Uint8Array(3)];
    assert.equal((await handle.readv(parts, 0)).bytesRead, 5);
    assert.equal(text(parts[0]), 'AB');
    await handle.truncate(3);
    assert.equal((await handle.stat()).size, 3);
    assert.equal((await handle.stat({ bigint: true })).size, 3n);
    await handle.chmod(0o600);
    await handle.utimes(1, 2);
    await handle.sync();
    await handle.datasync();
    await handle.close();
    assert.equal(fs.statSync(file).mtimeMs, 2000);
  },
  async 'whole files'() {
    const file = fresh();
    await writeFile(file, 'one\n');
    await appendFile(file, 'two\n');
    assert.equal(await readFile(file, 'utf8'), 'one\ntwo\n');
    assert.equal((await readFile(pathToFileURL(file))).length, 8);
    assert.match(await readFile('/proc/version', 'latin1'), /^Linux/);
    const handle = await open(file);
    assert.equal(await handle.readFile('utf8'), 'one\ntwo\n');
    await handle.close();
  },
  async 'many in flight, in order and disjoint'() {
    const file = fresh();
    const writer = await open(file, 'w');
    await Promise.all(Array.from({ length: 500 }, (_, i) => writer.write(`${String(i).padStart(7, '0')}\n`)));
    await writer.close();
    const handle = await open(file);
    const results = await Promise.all(Array.from({ length: 500 }, () => handle.read(new Uint8Array(8))));
    results.forEach(({ buffer }, i) => assert.equal(Number(text(buffer)), i));
    await handle.close();
  },
  async 'what has to wait: everything through the queue'() {
    const data = new Uint8Array(1 << 20).map((_, i) => i % 251);
    const file = fresh(data);
    configure({ inlineReadMax: 0 });
    const handle = await open(file);
    const results = await Promise.all(Array.from({ length: 200 }, (_, i) => handle.readAt(100, i * 5000)));
    results.forEach((block, i) => assert.deepEqual([...block.subarray(0, 3)], [0, 1, 2].map((k) => (i * 5000 + k) % 251)));
    assert.equal((await handle.readFile()).length, data.length);
    await handle.close();
    resetConfig();
    assert.ok(getConfig().inlineReadMax > 0);
  },
  async 'positional and vectored access, seek'() {
    const handle = await open(fresh('0123456789'), 'r+');
    assert.equal(text(await handle.readAt(3, 4)), '456');
    assert.equal(await handle.writeAt('XY', 0n), 2);
    const parts = await handle.readMany([{ offset: 0, length: 2 }, { offset: 8, length: 5 }]);
    assert.deepEqual(parts.map(text), ['XY', '89']);
    assert.equal(await handle.writeMany([{ offset: 2, data: 'Z' }]), 1);
    await handle.seek(1);
    assert.equal(await handle.readFile('utf8'), 'YZ3456789');
    await handle.close();
  },
  async 'lines'() {
    const handle = await open(fresh('one\r\ntwo\n\nthree'));
    const lines = [];
    for await (const line of handle) lines.push(line);
    assert.deepEqual(lines, ['one', 'two', '', 'three']);
    await handle.close();
  },
  async 'streams'() {
    const file = fresh();
    const out = (await open(file, 'w')).createWriteStream();
    out.write('stream ');
    await new Promise((resolve, reject) => {
      out.on('error', reject);
      out.on('close', resolve);
      out.end('done');
    });
    let all = '';
    for await (const chunk of (await open(file)).createReadStream({ encoding: 'utf8' })) all += chunk;
    assert.equal(all, 'stream done');
  },
  async 'errors'() {
    const missing = path.join(dir, 'missing');
    const error = await rejects(open(missing), 'ENOENT');
    assert.equal(error.path, missing);
    assert.equal(error.syscall, 'open');
    await rejects(open('a\0b'), 'ERR_INVALID_ARG_VALUE');
    const handle = await open(fresh('x'));
    await rejects(handle.write('y'), 'EBADF');
    await rejects(handle.read('no buffer'), 'ERR_INVALID_ARG_TYPE');
    await handle.close();
    await rejects(handle.read(), 'EBADF');
  },
  async 'an aborted signal'() {
    const handle = await open(fresh('x'.repeat(1000)));
    await rejects(handle.readFile({ signal: AbortSignal.abort() }), 'ABORT_ERR');
    assert.equal((await handle.readFile()).length, 1000);
    await handle.close();
  },
  async 'a descriptor that is open already'() {
    const fd = fs.openSync(fresh('wrapped'), 'r');
    const handle = await wrapFd(fd);
    assert.equal(await handle.readFile('utf8'), 'wrapped');
    await handle.close();
    fs.closeSync(fd);
  },
  async 'the loop goes on beside reads that complete at once'() {
    const handle = await open(fresh('x'.repeat(4096)));
    let stop = false;
    setTimeout(() => { stop = true; }, 30);
    const buffer = new Uint8Array(512);
    while (!stop) await handle.read(buffer, 0, 512, 0);
    await handle.close();
  },
  async 'closing with reads in flight'() {
    const handle = await open(fresh(new Uint8Array(4 << 20)));
    const reads = Array.from({ length: 10 }, (_, i) => handle.read(new Uint8Array(400_000), 0, 400_000, i * 400_000));
    await handle.close();
    for (const { bytesRead } of await Promise.all(reads)) assert.equal(bytesRead, 400_000);
  },
  async 'required, it is the same'() {
    const required = createRequire(import.meta.url)('../index.cjs');
    for (const name of ['open', 'readFile', 'wrapFd', 'configure']) assert.equal(required[name], ayafileio[name]);
  },
};

const only = process.argv[2];
let failed = 0;
try {
  for (const [name, check] of Object.entries(checks)) {
    if (only && !name.includes(only)) continue;
    let late;
    const expired = new Promise((_, reject) => { late = setTimeout(() => reject(new Error('it did not end within 30 s')), 30_000); });
    try {
      await Promise.race([check(), expired]);
      console.log(`ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.stack}`);
    } finally {
      clearTimeout(late);
    }
    await new Promise((resolve) => { setImmediate(resolve); });
  }
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
const runtime = globalThis.Bun ? `Bun ${globalThis.Bun.version}` : globalThis.Deno ? `Deno ${globalThis.Deno.version.deno}` : `Node.js ${process.version}`;
console.log(failed ? `${failed} failed on ${runtime}` : `all passed on ${runtime}, ${getBackendInfo().backend}`);
process.exit(failed ? 1 : 0);
