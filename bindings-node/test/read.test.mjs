// read in its four shapes, and readv: arguments, defaults, results, and where the position is afterwards.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { inspect } from 'node:util';

import { nodeMajor, open } from './support/impl.mjs';
import { parity, table } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile, pattern } from './support/workdir.mjs';

const B = (size) => Buffer.alloc(size, '.');

table('read(buffer, offset, length, position)', {}, {
  'all four': (h) => h.read(B(8), 2, 4, 10),
  'without position': (h) => h.read(B(8), 2, 4),
  'position null': (h) => h.read(B(8), 2, 4, null),
  'position undefined': (h) => h.read(B(8), 2, 4, undefined),
  'position -1 is the current one': (h) => h.read(B(8), 2, 4, -1),
  'position 0': (h) => h.read(B(8), 0, 8, 0),
  'position at the end': (h) => h.read(B(8), 0, 8, 37),
  'position past the end': (h) => h.read(B(8), 0, 8, 5000),
  'position crosses the end': (h) => h.read(B(8), 0, 8, 33),
  'position 2**53 - 1': (h) => h.read(B(8), 0, 8, Number.MAX_SAFE_INTEGER),
  'position -2': (h) => h.read(B(8), 0, 8, -2),
  'position 1.5': (h) => h.read(B(8), 0, 8, 1.5),
  'position NaN': (h) => h.read(B(8), 0, 8, NaN),
  'position 2**53': (h) => h.read(B(8), 0, 8, 2 ** 53),
  'position Infinity': (h) => h.read(B(8), 0, 8, Infinity),
  'position is a string': (h) => h.read(B(8), 0, 8, '1'),
  'position is true': (h) => h.read(B(8), 0, 8, true),
  'position is an object': (h) => h.read(B(8), 0, 8, {}),
  'position is a symbol': (h) => h.read(B(8), 0, 8, Symbol('x')),
  'offset undefined': (h) => h.read(B(8), undefined, 4),
  'offset null': (h) => h.read(B(8), null, 4, 3),
  'offset is the whole length': (h) => h.read(B(8), 8),
  'offset past the buffer': (h) => h.read(B(8), 9, 1),
  'offset -1': (h) => h.read(B(8), -1, 1),
  'offset 1.5': (h) => h.read(B(8), 1.5, 1),
  'offset NaN': (h) => h.read(B(8), NaN, 1),
  'offset is a string': (h) => h.read(B(8), '1', 1),
  'offset is a bigint': (h) => h.read(B(8), 1n, 1),
  'offset is true': (h) => h.read(B(8), true, 1),
  'offset 2**53': (h) => h.read(B(8), 2 ** 53, 1),
  'length undefined': (h) => h.read(B(8), 3),
  'length null': (h) => h.read(B(8), 3, null),
  'length 0': (h) => h.read(B(8), 0, 0),
  'length 0 at an offset behind the buffer': (h) => h.read(B(8), 100, 0),
  'length too large': (h) => h.read(B(8), 0, 9),
  'length too large behind an offset': (h) => h.read(B(8), 5, 4),
  'length -1': (h) => h.read(B(8), 0, -1),
  'an empty buffer': (h) => h.read(B(0)),
  'an empty buffer with length 1': (h) => h.read(B(0), 0, 1),
});

table('read of nothing', { since: 24 }, {
  'a wrong position is refused all the same': (h) => h.read(B(8), 0, 0, 'x'),
});

table('read at a bigint position', { since: 22 }, {
  'position -1n is the current one': (h) => h.read(B(8), 2, 4, -1n),
  'position 10n': (h) => h.read(B(8), 0, 8, 10n),
  'position -2n': (h) => h.read(B(8), 0, 8, -2n),
  'position 2n**63n - 1n with length 8': (h) => h.read(B(8), 0, 8, 2n ** 63n - 1n),
  'position 2n**63n - 9n with length 8': (h) => h.read(B(8), 0, 8, 2n ** 63n - 9n),
  'position 2n**63n': (h) => h.read(B(8), 0, 8, 2n ** 63n),
  'position 2n**64n': (h) => h.read(B(8), 0, 8, 2n ** 64n),
  'as an option': (h) => h.read(B(8), { position: 30n }),
});

// Older Nodes abort the process on a length that is not an integer; what the newest makes of it is compared there.
const ODD_LENGTHS = {
  'length 1.9': (h) => h.read(B(8), 0, 1.9),
  'length is a string of a number': (h) => h.read(B(8), 0, '3'),
  'length is a word': (h) => h.read(B(8), 0, 'three'),
  'length NaN': (h) => h.read(B(8), 0, NaN),
  'length is true': (h) => h.read(B(8), 0, true),
  'length is a bigint': (h) => h.read(B(8), 0, 2n),
  'length is a symbol': (h) => h.read(B(8), 0, Symbol('x')),
};
table('read(buffer, offset, length, position)', { skip: nodeMajor < 26 && 'this Node aborts' }, ODD_LENGTHS);
// Node keeps the low 32 bits of a length without a word; ours refuses what does not fit.
const TOO_LONG = {
  'length 2**32': (h) => h.read(B(8), 0, 2 ** 32),
  'length 2**32 + 2': (h) => h.read(B(8), 0, 2 ** 32 + 2),
};
for (const [name, act] of Object.entries({ ...ODD_LENGTHS, ...TOO_LONG })) {
  testOurs('Nodes before 26 abort the process', `read: ${name} is an error or is taken as an integer, and harms nothing`, async () => {
    const handle = await open(freshFile());
    const result = await act(handle).catch((error) => error);
    assert.ok(result.bytesRead <= 8 || result instanceof TypeError || result instanceof RangeError, inspect(result));
    await handle.close();
  });
}

table('read(buffer)', {}, {
  'a Buffer': (h) => h.read(B(8)),
  'a larger Buffer than the file': (h) => h.read(B(100)),
  'a Uint8Array': (h) => h.read(new Uint8Array(8)),
  'a Uint16Array': (h) => h.read(new Uint16Array(4)),
  'a BigInt64Array': (h) => h.read(new BigInt64Array(2)),
  'a Float64Array': (h) => h.read(new Float64Array(1)),
  'a DataView': (h) => h.read(new DataView(new ArrayBuffer(8), 2, 4)),
  'a view into the middle of memory': async (h) => {
    const memory = new Uint8Array(16).fill(33);
    await h.read(memory.subarray(4, 8), 1, 2, 5);
    return memory;
  },
  'a view of shared memory': async (h) => {
    const view = new Uint8Array(new SharedArrayBuffer(8));
    const result = await h.read(view);
    return [result.bytesRead, result.buffer === view, Buffer.from(view).toString()];
  },
  'the result holds the very buffer': async (h) => {
    const buffer = B(8);
    return (await h.read(buffer)).buffer === buffer;
  },
  'an ArrayBuffer': (h) => h.read(new ArrayBuffer(8)),
  'an array': (h) => h.read([1, 2]),
  'a string': (h) => h.read('text'),
  'a number': (h) => h.read(5),
  'true': (h) => h.read(true),
  'a function': (h) => h.read(() => {}),
  'a symbol': (h) => h.read(Symbol('b')),
  'a bigint': (h) => h.read(5n),
});

table('read(buffer, options)', {}, {
  'all options': (h) => h.read(B(8), { offset: 2, length: 4, position: 10 }),
  'an empty object': (h) => h.read(B(8), {}),
  'null': (h) => h.read(B(8), null),
  'only offset': (h) => h.read(B(8), { offset: 3 }),
  'only length': (h) => h.read(B(8), { length: 3 }),
  'only position': (h) => h.read(B(8), { position: 30 }),
  'nulls': (h) => h.read(B(8), { offset: null, length: null, position: null }),
  'offset too large': (h) => h.read(B(8), { offset: 9, length: 1 }),
  'length too large': (h) => h.read(B(8), { length: 9 }),
  'offset is a string': (h) => h.read(B(8), { offset: '1' }),
  'position is a string': (h) => h.read(B(8), { position: '1' }),
  'position -2': (h) => h.read(B(8), { position: -2 }),
  'an array': (h) => h.read(B(8), []),
  'a buffer inside is not looked at': (h) => h.read(B(8), { buffer: B(2) }),
  'arguments behind it are not looked at': (h) => h.read(B(8), { length: 2 }, 5, 'x'),
});

table('read(options)', {}, {
  'nothing at all': (h) => h.read(),
  'undefined': (h) => h.read(undefined),
  'null': (h) => h.read(null),
  'an empty object': (h) => h.read({}),
  'a buffer': (h) => h.read({ buffer: B(8) }),
  'all options': (h) => h.read({ buffer: B(8), offset: 2, length: 4, position: 10 }),
  'length without a buffer': (h) => h.read({ length: 5 }),
  'position without a buffer': (h) => h.read({ position: 30 }),
  'offset without a buffer': async (h) => {
    const { bytesRead, buffer } = await h.read({ offset: 16380 });
    return [bytesRead, buffer.length, buffer.subarray(16380)];
  },
  'a DataView': (h) => h.read({ buffer: new DataView(new ArrayBuffer(4)) }),
  'buffer null': (h) => h.read({ buffer: null }),
  'buffer is a string': (h) => h.read({ buffer: 'x' }),
  'buffer is an ArrayBuffer': (h) => h.read({ buffer: new ArrayBuffer(4) }),
  'buffer is empty': (h) => h.read({ buffer: B(0) }),
  'offset is an object': (h) => h.read({ buffer: B(8), offset: { position: 4 } }),
  'position is refused': (h) => h.read({ position: {} }),
  'an object without a prototype': (h) => h.read(Object.assign(Object.create(null), { buffer: B(4) })),
  'a getter that throws': (h) => h.read({ get buffer() { throw new RangeError('mine'); } }),
});

table('readv', {}, {
  'two buffers': (h) => h.readv([B(4), B(4)]),
  'with a position': (h) => h.readv([B(4), B(4)], 10),
  'position null': (h) => h.readv([B(4)], null),
  'position undefined': (h) => h.readv([B(4)], undefined),
  'position is a string counts as none': (h) => h.readv([B(4)], '5'),
  'position -1': (h) => h.readv([B(4)], -1),
  'crosses the end': (h) => h.readv([B(4), B(4), B(4)], 30),
  'past the end': (h) => h.readv([B(4)], 100),
  'different kinds of views': (h) => h.readv([new Uint8Array(2), new DataView(new ArrayBuffer(4)), new Uint16Array(2), B(0), B(3)]),
  'empty buffers': (h) => h.readv([B(0), B(0)]),
  'the very array comes back': async (h) => {
    const buffers = [B(3), B(2)];
    return (await h.readv(buffers)).buffers === buffers;
  },
  'the same buffer twice': (h) => { const b = B(4); return h.readv([b, b]); },
  'not an array': (h) => h.readv(B(4)),
  'undefined': (h) => h.readv(),
  'null': (h) => h.readv(null),
  'a string': (h) => h.readv('abc'),
  'an object': (h) => h.readv({}),
  'an array with a string': (h) => h.readv([B(1), 'x']),
  'an array with undefined': (h) => h.readv([undefined]),
  'an array with an ArrayBuffer': (h) => h.readv([new ArrayBuffer(4)]),
});

parity('readv: an empty array', async (stage) => {
  const handle = await stage.open(stage.path);
  return stage.outcome(() => handle.readv([]));
});

parity('readv: as many buffers as the system takes at once, and more', { content: pattern(3000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  const buffers = (count) => Array.from({ length: count }, () => Buffer.alloc(1));
  const most = await stage.outcome(() => handle.readv(buffers(1024), 0).then(({ bytesRead }) => bytesRead));
  return most;
});

test('[position.reads-disjoint] many reads at once take consecutive pieces and each byte once', async () => {
  const data = pattern(80_000);
  const handle = await open(freshFile(data));
  const results = await Promise.all(Array.from({ length: 500 }, () => handle.read(Buffer.alloc(160))));
  const seen = new Set(results.map(({ bytesRead, buffer }) => {
    assert.equal(bytesRead, 160);
    const at = Number(buffer.readBigUInt64LE(0));
    assert.deepEqual(buffer, data.subarray(at, at + 160));
    return at;
  }));
  assert.equal(seen.size, 500);
  await handle.close();
});

test('[reads.growing] a file that grows while it is open is seen to grow', async () => {
  const file = freshFile('one');
  const handle = await open(file);
  const next = async () => {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(10));
    return buffer.toString('latin1', 0, bytesRead);
  };
  assert.equal(await next(), 'one');
  assert.equal(await next(), '');
  fs.appendFileSync(file, 'two');
  assert.equal(await next(), 'two');
  assert.equal(await next(), '');
  fs.truncateSync(file, 2);
  fs.appendFileSync(file, 'xxxxTHREE');
  assert.equal(await next(), 'THREE');
  await handle.close();
});

test('[reads.zero] a read of nothing resolves with 0 and touches nothing', async () => {
  const handle = await open(freshFile('abc'));
  const buffer = Buffer.from('....');
  assert.equal((await handle.read(buffer, 0, 0)).bytesRead, 0);
  assert.equal(buffer.toString(), '....');
  assert.equal((await handle.read(buffer)).bytesRead, 3);
  await handle.close();
});

test('[reads.end-empty] at the end every read is 0', async () => {
  const handle = await open(freshFile('abc'));
  await handle.read(Buffer.alloc(10));
  for (let i = 0; i < 3; i++) assert.equal((await handle.read(Buffer.alloc(10))).bytesRead, 0);
  assert.equal((await handle.read(Buffer.alloc(10), 0, 10, 2 ** 40)).bytesRead, 0);
  await handle.close();
});

test('[reads.untouched] a short read leaves the rest of the buffer alone', async () => {
  const handle = await open(freshFile('abc'));
  for (const position of [0, null]) {
    const buffer = Buffer.alloc(100, 0xee);
    await handle.read(buffer, 10, 50, position);
    assert.equal(buffer.toString('latin1', 10, 13), 'abc');
    assert.ok(buffer.subarray(0, 10).every((byte) => byte === 0xee));
    assert.ok(buffer.subarray(13).every((byte) => byte === 0xee));
  }
  await handle.close();
});

test('[position.at-apart] a read at a position leaves the current one alone', async () => {
  const handle = await open(freshFile('0123456789'));
  const take = async (position) => (await handle.read(Buffer.alloc(2), 0, 2, position)).buffer.toString();
  assert.deepEqual([await take(null), await take(7), await take(0), await take(null), await take(8), await take(null)],
    ['01', '78', '01', '23', '89', '45']);
  await handle.close();
});

testOurs('Nodes take no bigint in readv, and 20 none in read', '[position.bigint] a position may be a bigint everywhere', async () => {
  const handle = await open(freshFile('0123456789'), 'r+');
  assert.equal((await handle.read(Buffer.alloc(2), 0, 2, 3n)).buffer.toString(), '34');
  assert.equal((await handle.read(Buffer.alloc(2), { position: 4n })).buffer.toString(), '45');
  assert.equal((await handle.readv([Buffer.alloc(2)], 5n)).buffers[0].toString(), '56');
  await handle.write(Buffer.from('A'), 0, 1, 1n);
  await handle.write(Buffer.from('B'), { position: 2n });
  await handle.write('C', 3n);
  await handle.writev([Buffer.from('D')], 4n);
  assert.equal(await handle.readFile('latin1'), '0ABCD56789');
  for (const wrong of [-2n, 2n ** 63n]) {
    await assert.rejects(handle.read(Buffer.alloc(2), 0, 2, wrong), { code: 'ERR_OUT_OF_RANGE' });
  }
  await handle.close();
});

test('a buffer that is transferred away while it is read into harms nobody', async () => {
  const data = pattern(1 << 20);
  const handle = await open(freshFile(data));
  for (let round = 0; round < 20; round++) {
    const buffer = new Uint8Array(1 << 20);
    const reading = handle.read(buffer, 0, buffer.length, 0);
    let moved;
    try {
      moved = structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
    } catch {
      // An implementation may forbid it while the kernel writes there.
    }
    const { bytesRead } = await reading.catch(() => ({ bytesRead: 0 }));
    assert.ok(bytesRead === data.length || bytesRead === 0);
    if (moved && bytesRead) assert.deepEqual(Buffer.from(moved).subarray(0, 64), data.subarray(0, 64));
  }
  await handle.close();
});
