// The scenarios of faults.test.mjs, in a process whose library has the fault rules.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { configure, getBackendInfo, open } from 'ayafileio';

import { openOn } from '../support/probes.mjs';
import { compareCase, makeCase, shrink } from '../support/sequences.mjs';
import { pattern } from '../support/workdir.mjs';

const [scenario, file] = process.argv.slice(2);
assert.equal(getBackendInfo().backend, 'fake');

const scenarios = {
  'same-as-node': async () => {
    for (const flags of ['r+', 'w+']) {
      for (let seed = 1000; seed < 1060; seed++) {
        const made = makeCase(seed, flags);
        if (await compareCase(made) === null) continue;
        const { shortest, difference } = await shrink(made);
        assert.fail(`seed ${seed}, ${flags}: ${JSON.stringify(shortest.steps)}\n${difference}`);
      }
    }
  },
  'short-reads': async () => {
    const data = pattern(5000);
    fs.writeFileSync(file, data);
    const handle = await open(file);
    assert.ok((await handle.readAt(3000, 100)).equals(data.subarray(100, 3100)));
    const parts = await handle.readMany([{ offset: 0, length: 1000 }, { offset: 4000, length: 5000 }]);
    assert.ok(parts[0].equals(data.subarray(0, 1000)) && parts[1].equals(data.subarray(4000)));
    assert.ok((await handle.readFile()).equals(data));
    await handle.close();
    fs.writeFileSync(file, 'one\ntwo\nthree');
    const lines = await open(file);
    const seen = [];
    for await (const line of lines) seen.push(line);
    assert.deepEqual(seen, ['one', 'two', 'three']);
    await lines.close();
  },
  'in-order': async () => {
    const writer = await open(file, 'w+');
    const pieces = Array.from({ length: 150 }, (_, i) => Buffer.alloc(1 + ((i * 7919) % 700), 33 + (i % 90)));
    await Promise.all(pieces.map((piece, i) => (i % 4 ? writer.write(piece) : writer.writev([piece.subarray(0, 1), piece.subarray(1)]))));
    const whole = Buffer.concat(pieces);
    assert.ok(fs.readFileSync(file).equals(whole), 'the writes are in order');
    await writer.close();
    const reader = await open(file);
    const results = await Promise.all(Array.from({ length: 100 }, () => reader.read(Buffer.alloc(97))));
    assert.ok(Buffer.concat(results.map(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead))).equals(whole.subarray(0, 9700)), 'the reads are in order');
    await reader.close();
  },
  errors: async () => {
    const handle = await open(file, 'r+');
    const seen = [];
    for (const act of [() => handle.read(Buffer.alloc(1)), () => handle.read(Buffer.alloc(1), 0, 1, 0), () => handle.sync(), () => handle.datasync(), () => handle.readAt(1, 0)]) {
      await act().then(() => assert.fail(String(act)), ({ code, errno, syscall, message }) => seen.push({ code, errno, syscall, message }));
    }
    await handle.close();
    console.log(JSON.stringify(seen));
  },
  'failing-read': async () => {
    fs.writeFileSync(file, '0123456789');
    const handle = await open(file);
    const read = async () => (await handle.read(Buffer.alloc(2))).buffer.toString();
    assert.equal(await read(), '01');
    await assert.rejects(read(), { code: 'EIO', errno: -5, syscall: 'read' });
    assert.equal(await read(), '23');
    await handle.close();
  },
  'full-device': async () => {
    const handle = await open(file, 'w');
    await handle.write('one');
    await handle.write('two');
    await assert.rejects(handle.write('three'), { code: 'ENOSPC', errno: -28, syscall: 'write' });
    assert.equal(fs.readFileSync(file, 'latin1'), 'onetwo');
    await handle.write('four');
    await handle.close();
    assert.equal(fs.readFileSync(file, 'latin1'), 'onetwofour');
  },
  'some-fail': async () => {
    fs.writeFileSync(file, pattern(20_000));
    const handle = await open(file);
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => handle.read(Buffer.alloc(200), 0, 200, i * 200)));
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 10);
    for (const { status, value, reason } of results) {
      if (status === 'fulfilled') assert.equal(value.bytesRead, 200);
      else assert.equal(reason.code, 'EIO');
    }
    await handle.close();
  },
  'failing-open': async () => {
    for (let i = 0; i < 50; i++) await assert.rejects(open(file), { code: 'EIO', syscall: 'open', path: file });
    assert.equal(openOn(file), 0);
  },
  'failing-push': async () => {
    const handle = await open(file, { flags: 'w+', buffering: 4096 });
    await handle.write('kept ');
    await handle.write('bytes');
    await assert.rejects(handle.sync(), { code: 'ENOSPC' });
    await handle.write('!');
    await handle.close();
    assert.equal(fs.readFileSync(file, 'latin1'), 'kept bytes!');
  },
  'failing-close': async () => {
    const handle = await open(file, { flags: 'w', buffering: 4096 });
    await handle.write('lost');
    await assert.rejects(handle.close(), { code: 'EIO' });
    assert.equal(handle.fd, -1);
    assert.equal(openOn(file), 0);
    await handle.close();
  },
  'failing-stream': async () => {
    const handle = await open(file, 'w');
    const stream = handle.createWriteStream();
    const error = new Promise((resolve) => { stream.on('error', resolve); });
    const closed = new Promise((resolve) => { handle.on('close', resolve); });
    stream.write('data');
    assert.equal((await error).code, 'ENOSPC');
    await closed;
  },
  'failing-read-stream': async () => {
    const handle = await open(file);
    const stream = handle.createReadStream({ highWaterMark: 1000 });
    await assert.rejects(async () => {
      for await (const chunk of stream) assert.equal(chunk.length, 1000);
    }, { code: 'EIO' });
    assert.equal(handle.fd, -1);
  },
  held: async () => {
    configure({ closeTimeoutMs: 100 });
    const handle = await open(file);
    const abort = new AbortController();
    const some = Array.from({ length: 50 }, (_, i) => handle.readAt(1, i % 10, { signal: abort.signal }));
    const others = Array.from({ length: 50 }, () => handle.read(Buffer.alloc(1), 0, 1, 0));
    setTimeout(() => abort.abort(new RangeError('mine')), 5);
    for (const { status, reason } of await Promise.allSettled(some)) {
      assert.equal(status, 'rejected');
      assert.equal(reason.name, 'AbortError');
    }
    const [closed, ...ended] = await Promise.allSettled([handle.close(), ...others]);
    assert.equal(closed.status, 'fulfilled');
    for (const { status } of ended) assert.equal(status, 'rejected');
    assert.equal(openOn(file), 0);
  },
  'held-worker': async () => {
    for (let round = 0; round < 5; round++) {
      const worker = new Worker(path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'worker.mjs'), { workerData: { what: 'reads-in-flight', file } });
      await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await worker.terminate();
    }
  },
};

await scenarios[scenario]();
