// What our handles have beside Node's methods: readAt, writeAt, readMany, writeMany, seek and tell.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { open } from './support/impl.mjs';
import { testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const WHY = 'Node has no such method';
const ours = (title, ...rest) => testOurs(WHY, title, ...rest);

ours('[extras.read-at] readAt gives a Buffer for a length and a count for a buffer', async () => {
  const data = pattern(10_000);
  const handle = await open(freshFile(data));
  const got = await handle.readAt(100, 5000);
  assert.ok(Buffer.isBuffer(got));
  assert.ok(got.equals(data.subarray(5000, 5100)));
  for (const target of [Buffer.alloc(64), new Uint8Array(64), new DataView(new ArrayBuffer(64)), new BigInt64Array(8)]) {
    assert.equal(await handle.readAt(target, 128), 64);
    assert.ok(Buffer.from(target.buffer, target.byteOffset, 64).equals(data.subarray(128, 192)));
  }
  assert.ok((await handle.readAt(10, 16n)).equals(data.subarray(16, 26)));
  await handle.close();
});

ours('[extras.read-at] readAt reads all that is asked for, less only at the end of the file', async () => {
  const data = pattern(1_000_000);
  const handle = await open(freshFile(data));
  assert.ok((await handle.readAt(1_000_000, 0)).equals(data));
  assert.equal((await handle.readAt(100, 999_990)).length, 10);
  assert.equal((await handle.readAt(100, 1_000_000)).length, 0);
  assert.equal((await handle.readAt(100, 2 ** 50)).length, 0);
  assert.equal((await handle.readAt(0, 5)).length, 0);
  const buffer = Buffer.alloc(100, 0xee);
  assert.equal(await handle.readAt(buffer, 999_990), 10);
  assert.ok(buffer.subarray(10).every((byte) => byte === 0xee));
  await handle.close();
});

ours('[position.at-apart] neither readAt nor writeAt moves the position', async () => {
  const handle = await open(freshFile('0123456789'), 'r+');
  await handle.readAt(5, 2);
  await handle.writeAt('XY', 8);
  await handle.readMany([{ offset: 1, length: 2 }]);
  await handle.writeMany([{ offset: 0, data: 'Z' }]);
  assert.equal(await handle.readFile('latin1'), 'Z1234567XY');
  await handle.close();
});

ours('[position.at-parallel] many readAt at once', async () => {
  const data = pattern(200_000);
  const handle = await open(freshFile(data));
  const results = await Promise.all(Array.from({ length: 2000 }, (_, i) => handle.readAt(100, (i * 7919) % 199_000)));
  results.forEach((got, i) => assert.ok(got.equals(data.subarray((i * 7919) % 199_000, ((i * 7919) % 199_000) + 100)), `read ${i}`));
  await handle.close();
});

ours('[extras.write-at] writeAt writes bytes and text, and says how many bytes', async () => {
  const file = freshPath();
  const handle = await open(file, 'w');
  assert.equal(await handle.writeAt(Buffer.from('bytes'), 10), 5);
  assert.equal(await handle.writeAt('é文', 0), 5);
  assert.equal(await handle.writeAt(new Uint16Array([0x4142]), 20n), 2);
  assert.equal(await handle.writeAt('', 3), 0);
  assert.equal(fs.readFileSync(file).toString('latin1'), `${Buffer.from('é文').toString('latin1')}\0\0\0\0\0bytes\0\0\0\0\0BA`);
  await handle.close();
});

ours('[extras.many] readMany and writeMany move many parts with one submission', async () => {
  const data = pattern(100_000);
  const file = freshFile(data);
  const handle = await open(file, 'r+');
  const own = Buffer.alloc(50);
  const parts = await handle.readMany([{ offset: 0, length: 16 }, { offset: 50_000, buffer: own }, { offset: 99_990, length: 100 }, { offset: 500_000, length: 10 }, { offset: 3, length: 0 }]);
  assert.deepEqual(parts.map((part) => part.length), [16, 50, 10, 0, 0]);
  assert.ok(parts[0].equals(data.subarray(0, 16)));
  assert.ok(own.equals(data.subarray(50_000, 50_050)));
  assert.ok(parts[2].equals(data.subarray(99_990)));
  assert.deepEqual(await handle.readMany([]), []);
  const many = await handle.readMany(Array.from({ length: 3000 }, (_, i) => ({ offset: i * 8, length: 8 })));
  many.forEach((part, i) => assert.equal(part.readBigUInt64LE(), BigInt(i * 8)));
  assert.equal(await handle.writeMany([{ offset: 1, data: 'AB' }, { offset: 100_005, data: Buffer.from('end') }]), 5);
  assert.equal(await handle.writeMany([]), 0);
  const after = fs.readFileSync(file);
  assert.equal(after.toString('latin1', 1, 3), 'AB');
  assert.equal(after.toString('latin1', 100_005), 'end');
  await handle.close();
});

ours('[errors.usage] wrong arguments are errors of Node\'s classes that name the argument', async () => {
  const handle = await open(freshFile(), 'r+');
  const wrong = [
    [() => handle.readAt(10), /offset/], [() => handle.readAt(10, -1), /offset/], [() => handle.readAt(10, 1.5), /offset/], [() => handle.readAt(10, '5'), /offset/],
    [() => handle.readAt(10, 2n ** 63n), /offset/], [() => handle.readAt(-1, 0), /length/], [() => handle.readAt(1.5, 0), /length/], [() => handle.readAt('x', 0), /target/],
    [() => handle.readAt(undefined, 0), /target/], [() => handle.readAt(new ArrayBuffer(4), 0), /target/], [() => handle.writeAt(5, 0), /data/], [() => handle.writeAt('x', -5), /offset/],
    [() => handle.writeAt('x'), /offset/], [() => handle.readMany([{ offset: -1, length: 1 }]), /offset/], [() => handle.readMany([{ offset: 0 }]), /length/],
    [() => handle.readMany([5]), /requests\[0\]/], [() => handle.writeMany([{ offset: 0, data: 5 }]), /data/], [() => handle.writeMany([{ offset: 0, data: 'x' }, null]), /requests\[1\]/],
  ];
  for (const [act, name] of wrong) {
    const promise = act();
    assert.ok(promise instanceof Promise, String(act));
    await assert.rejects(promise, (error) => {
      assert.match(error.code, /^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE|INVALID_ARG_VALUE)$/, String(act));
      assert.ok(error instanceof TypeError || error instanceof RangeError);
      assert.match(error.message, name, String(act));
      return true;
    });
  }
  await handle.close();
});

ours('[close.then-error] on a closed handle they are EBADF', async () => {
  const handle = await open(freshFile(), 'r+');
  await handle.close();
  for (const act of [() => handle.readAt(1, 0), () => handle.writeAt('x', 0), () => handle.readMany([{ offset: 0, length: 1 }]), () => handle.writeMany([{ offset: 0, data: 'x' }])]) {
    await assert.rejects(act, { code: 'EBADF' });
  }
});

ours('what the flags do not allow is EBADF, also at positions', async () => {
  const file = freshFile();
  const [reader, writer] = [await open(file), await open(file, fs.constants.O_WRONLY)];
  await assert.rejects(reader.writeAt('x', 0), { code: 'EBADF', syscall: 'write' });
  await assert.rejects(reader.writeMany([{ offset: 0, data: 'x' }]), { code: 'EBADF', syscall: 'write' });
  await assert.rejects(writer.readAt(1, 0), { code: 'EBADF', syscall: 'read' });
  await assert.rejects(writer.readMany([{ offset: 0, length: 1 }]), { code: 'EBADF', syscall: 'read' });
  await Promise.all([reader.close(), writer.close()]);
});

ours('a signal of readAt: aborted before, and never', async () => {
  const handle = await open(freshFile('abc'), 'r+');
  const signal = AbortSignal.abort();
  await assert.rejects(handle.readAt(1, 0, { signal }), { name: 'AbortError', code: 'ABORT_ERR' });
  await assert.rejects(handle.writeAt('x', 0, { signal }), { name: 'AbortError' });
  await assert.rejects(handle.readMany([{ offset: 0, length: 1 }], { signal }), { name: 'AbortError' });
  await assert.rejects(handle.writeMany([{ offset: 0, data: 'x' }], { signal }), { name: 'AbortError' });
  assert.equal((await handle.readAt(3, 0, { signal: new AbortController().signal })).toString(), 'abc');
  await handle.close();
});

ours('[position.no-turn] seek and tell end without a turn of the loop, and are exact among others', async () => {
  const data = pattern(80_000);
  const handle = await open(freshFile(data));
  if (typeof handle.seek !== 'function') throw new Error('a handle has seek and tell');
  let turned = false;
  const later = setImmediate(() => { turned = true; });
  for (let i = 0; i < 100; i++) {
    await handle.seek(i);
    assert.equal(await handle.tell(), i);
  }
  assert.equal(turned, false);
  clearImmediate(later);
  // Each task seeks and reads without an await in between: nobody else comes between the two.
  await Promise.all(Array.from({ length: 10_000 }, async (_, i) => {
    const at = ((i * 7919) % 9990) * 8;
    const sought = handle.seek(at);
    const { buffer } = await handle.read(Buffer.alloc(8));
    await sought;
    assert.equal(buffer.readBigUInt64LE(), BigInt(at));
  }));
  await assert.rejects(handle.seek(-1));
  await handle.close();
});
