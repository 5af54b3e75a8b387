// write in its shapes, and writev: arguments, defaults, results, encodings, and where the position is afterwards.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { open } from './support/impl.mjs';
import { parity, table } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const DATA = () => Buffer.from('ABCDEFGH');

table('write(buffer, offset, length, position)', {}, {
  'only a buffer': (h) => h.write(DATA()),
  'all four': (h) => h.write(DATA(), 2, 3, 10),
  'twice in a row': async (h) => [await h.write(DATA(), 0, 2), await h.write(DATA(), 4, 2)],
  'position null': (h) => h.write(DATA(), 2, 3, null),
  'position undefined': (h) => h.write(DATA(), 2, 3, undefined),
  'position 0': (h) => h.write(DATA(), 0, 3, 0),
  'position -1 is the current one': (h) => h.write(DATA(), 0, 3, -1),
  'position past the end leaves a hole': (h) => h.write(DATA(), 0, 3, 60),
  'position is a string counts as none': (h) => h.write(DATA(), 0, 3, '5'),
  'position is true counts as none': (h) => h.write(DATA(), 0, 3, true),
  'position is an object counts as none': (h) => h.write(DATA(), 0, 3, {}),
  'offset null': (h) => h.write(DATA(), null, 3),
  'offset undefined': (h) => h.write(DATA(), undefined, 3),
  'offset is the whole length': (h) => h.write(DATA(), 8),
  'offset past the buffer': (h) => h.write(DATA(), 9),
  'offset -1': (h) => h.write(DATA(), -1),
  'offset 1.5': (h) => h.write(DATA(), 1.5),
  'offset NaN': (h) => h.write(DATA(), NaN),
  'offset is a string': (h) => h.write(DATA(), '1'),
  'offset is a bigint': (h) => h.write(DATA(), 1n),
  'offset is true': (h) => h.write(DATA(), true),
  'length undefined': (h) => h.write(DATA(), 3),
  'length null': (h) => h.write(DATA(), 3, null),
  'length is a string': (h) => h.write(DATA(), 3, '2'),
  'length 0': (h) => h.write(DATA(), 3, 0),
  'length too large': (h) => h.write(DATA(), 0, 9),
  'length too large behind an offset': (h) => h.write(DATA(), 5, 4),
  'length -1': (h) => h.write(DATA(), 0, -1),
  'length 2**31': (h) => h.write(DATA(), 0, 2 ** 31),
  'an empty buffer': (h) => h.write(Buffer.alloc(0)),
  'an empty buffer and nonsense behind it': (h) => h.write(Buffer.alloc(0), 'x', -1, {}),
  'an empty ArrayBuffer': (h) => h.write(new ArrayBuffer(0)),
  'an object with byteLength 0': (h) => h.write({ byteLength: 0 }),
});

table('write(buffer)', {}, {
  'a Uint8Array': (h) => h.write(new Uint8Array([65, 66, 67])),
  'a Uint16Array': (h) => h.write(new Uint16Array([0x4142, 0x4344])),
  'a Uint16Array, offset and length are bytes': (h) => h.write(new Uint16Array([0x4142, 0x4344]), 1, 2),
  'a DataView': (h) => h.write(new DataView(Uint8Array.from([65, 66, 67, 68]).buffer, 1, 2)),
  'a Float64Array': (h) => h.write(new Float64Array([1.5])),
  'shared memory': async (h) => {
    const view = new Uint8Array(new SharedArrayBuffer(3)).fill(66);
    return (await h.write(view)).bytesWritten;
  },
  'the very buffer comes back': async (h) => {
    const data = DATA();
    return (await h.write(data)).buffer === data;
  },
  'an ArrayBuffer': (h) => h.write(new ArrayBuffer(4)),
  'an array': (h) => h.write([1, 2]),
  'a number': (h) => h.write(123),
  'zero': (h) => h.write(0),
  'null': (h) => h.write(null),
  'undefined': (h) => h.write(undefined),
  'nothing': (h) => h.write(),
  'true': (h) => h.write(true),
  'an object': (h) => h.write({}),
  'an object with toString': (h) => h.write({ toString: () => 'x' }),
  'a String object': (h) => h.write(new String('x')),
  'a symbol': (h) => h.write(Symbol('x')),
  'a bigint': (h) => h.write(1n),
  'a function': (h) => h.write(() => {}),
  'a date': (h) => h.write(new Date(0)),
});

table('write(buffer, options)', {}, {
  'all options': (h) => h.write(DATA(), { offset: 2, length: 3, position: 10 }),
  'an empty object': (h) => h.write(DATA(), {}),
  'null': (h) => h.write(DATA(), null),
  'only offset': (h) => h.write(DATA(), { offset: 5 }),
  'only length': (h) => h.write(DATA(), { length: 5 }),
  'only position': (h) => h.write(DATA(), { position: 20 }),
  'nulls': (h) => h.write(DATA(), { offset: null, length: null, position: null }),
  'offset too large': (h) => h.write(DATA(), { offset: 9 }),
  'offset is a string': (h) => h.write(DATA(), { offset: '1' }),
  'offset -1': (h) => h.write(DATA(), { offset: -1 }),
  'length too large': (h) => h.write(DATA(), { length: 9 }),
  'length -1': (h) => h.write(DATA(), { length: -1 }),
  'length is a string': (h) => h.write(DATA(), { length: '1' }),
  'position is a string': (h) => h.write(DATA(), { position: '1' }),
  'an array': (h) => h.write(DATA(), []),
  'a date': (h) => h.write(DATA(), new Date(0)),
});

table('write(string, position, encoding)', {}, {
  'a word': (h) => h.write('word'),
  'at a position': (h) => h.write('word', 5),
  'position null': (h) => h.write('word', null),
  'position undefined': (h) => h.write('word', undefined),
  'position 0': (h) => h.write('word', 0),
  'position is a string counts as none': (h) => h.write('word', 'x'),
  'characters beyond ASCII': (h) => h.write('aé文😀'),
  'a lone surrogate': (h) => h.write('a\ud800b'),
  'utf8': (h) => h.write('é', null, 'utf8'),
  'UTF-8': (h) => h.write('é', null, 'UTF-8'),
  'latin1': (h) => h.write('é', null, 'latin1'),
  'binary': (h) => h.write('é文', null, 'binary'),
  'ascii': (h) => h.write('é', null, 'ascii'),
  'utf16le': (h) => h.write('aé', null, 'utf16le'),
  'ucs2': (h) => h.write('aé', 3, 'ucs2'),
  'hex': (h) => h.write('414243', null, 'hex'),
  'hex with a character that is none': (h) => h.write('4142zz43', null, 'hex'),
  'hex of odd length': (h) => h.write('41424', null, 'hex'),
  'base64': (h) => h.write('QUJD', null, 'base64'),
  'base64url': (h) => h.write('QUJD', null, 'base64url'),
  'encoding null': (h) => h.write('é', null, null),
  'encoding undefined': (h) => h.write('é', null, undefined),
  'encoding unknown': (h) => h.write('é', null, 'klingon'),
  'encoding is a number': (h) => h.write('é', null, 5),
  'encoding is an object': (h) => h.write('é', null, {}),
  'encoding empty': (h) => h.write('é', null, ''),
  'an empty string': (h) => h.write(''),
  'an empty string at a position': (h) => h.write('', 100),
  'the very string comes back': (h) => h.write('x'.repeat(200)),
});

table('writev', {}, {
  'two buffers': (h) => h.writev([DATA(), Buffer.from('xy')]),
  'with a position': (h) => h.writev([DATA(), Buffer.from('xy')], 5),
  'position null': (h) => h.writev([DATA()], null),
  'position undefined': (h) => h.writev([DATA()], undefined),
  'position is a string counts as none': (h) => h.writev([DATA()], '5'),
  'position past the end': (h) => h.writev([DATA()], 60),
  'empty array': (h) => h.writev([]),
  'empty buffers': (h) => h.writev([Buffer.alloc(0), Buffer.alloc(0)]),
  'different kinds of views': (h) => h.writev([new Uint8Array([65]), new DataView(Uint8Array.from([66, 67]).buffer), new Uint16Array([0x4445])]),
  'the very array comes back': async (h) => {
    const buffers = [DATA()];
    return (await h.writev(buffers)).buffers === buffers;
  },
  'the same buffer twice': (h) => { const b = DATA(); return h.writev([b, b]); },
  'a Buffer': (h) => h.writev(DATA()),
  'nothing': (h) => h.writev(),
  'null': (h) => h.writev(null),
  'a string': (h) => h.writev('abc'),
  'an object': (h) => h.writev({}),
  'an array with a string': (h) => h.writev([DATA(), 'x']),
  'an array with undefined': (h) => h.writev([undefined]),
  'an array with an ArrayBuffer': (h) => h.writev([new ArrayBuffer(4)]),
});

table('appending', { flags: 'a+' }, {
  'a write goes to the end': (h) => h.write('END'),
  'a position is not looked at': (h) => h.write(Buffer.from('END'), 0, 3, 2),
  'writev goes to the end': (h) => h.writev([Buffer.from('EN'), Buffer.from('D')], 0),
  'reads begin at the start': async (h) => [await h.read(Buffer.alloc(3)), await h.write('END')],
  'writeFile goes to the end': (h) => h.writeFile('END'),
  'after a read': async (h) => { await h.read(Buffer.alloc(3)); await h.write('END'); },
});

parity('reading and writing where the flags do not allow it', async (stage) => {
  const reader = await stage.open(stage.path, 'r');
  const writer = await stage.open(stage.path, 'r+').then(() => stage.open(stage.path, fs.constants.O_WRONLY));
  const tries = [];
  for (const [handle, act] of [
    [reader, (h) => h.write('x')], [reader, (h) => h.write(DATA(), 0, 1, 0)], [reader, (h) => h.writev([DATA()])],
    [reader, (h) => h.writeFile('x')], [reader, (h) => h.appendFile('x')], [reader, (h) => h.truncate(0)],
    [writer, (h) => h.read(Buffer.alloc(1))], [writer, (h) => h.read(Buffer.alloc(1), 0, 1, 0)], [writer, (h) => h.readv([Buffer.alloc(1)])],
    [writer, (h) => h.readFile()],
  ]) tries.push(await stage.outcome(() => act(handle)));
  return tries;
});

test('[writes.whole] what was written is in the file when the promise resolves', async () => {
  const file = freshPath();
  const handle = await open(file, 'w');
  for (let i = 0; i < 20; i++) {
    await handle.write(`line ${i}\n`);
    assert.ok(fs.readFileSync(file, 'latin1').endsWith(`line ${i}\n`));
  }
  await handle.close();
});

test('[writes.append] two handles that append never overwrite each other', async () => {
  const file = freshFile('');
  const handles = [await open(file, 'a'), await open(file, 'a')];
  const lines = [];
  await Promise.all(Array.from({ length: 400 }, (_, i) => {
    const line = `${String(i).padStart(5, '0')}\n`.repeat(1 + (i % 7));
    lines.push(...line.trim().split('\n'));
    return handles[i % 2].write(line);
  }));
  assert.deepEqual(fs.readFileSync(file, 'latin1').trim().split('\n').sort(), lines.sort());
  for (const handle of handles) await handle.close();
});

testOurs('Node leaves the order of writes in flight to its thread pool', '[position.writes-ordered] many writes at once land in order of the calls', async () => {
  const file = freshPath();
  const handle = await open(file, 'w');
  const want = [];
  await Promise.all(Array.from({ length: 300 }, (_, i) => {
    const piece = Buffer.alloc(1 + ((i * 7919) % 5000), 33 + (i % 90));
    want.push(piece);
    return i % 3 ? handle.write(piece) : handle.writev([piece.subarray(0, 1), piece.subarray(1)]);
  }));
  assert.ok(Buffer.concat(want).equals(fs.readFileSync(file)));
  await handle.close();
});

testOurs('Node leaves the order of reads in flight to its thread pool', '[position.reserved] reads take their places in order of the calls', async () => {
  const data = pattern(64_000);
  const handle = await open(freshFile(data));
  const results = await Promise.all(Array.from({ length: 400 }, (_, i) => (i % 5 === 4
    ? handle.readv([Buffer.alloc(100), Buffer.alloc(60)]).then(({ buffers }) => Buffer.concat(buffers))
    : handle.read(Buffer.alloc(160)).then(({ buffer }) => buffer))));
  assert.ok(Buffer.concat(results).equals(data));
  await handle.close();
});

test('[writes.read-back] a handle reads back what was written through it', async () => {
  const handle = await open(freshPath(), 'w+');
  await handle.write('hello world');
  assert.equal((await handle.read(Buffer.alloc(5), 0, 5, 6)).buffer.toString(), 'world');
  await handle.write('J', 0);
  assert.equal((await handle.read(Buffer.alloc(5), 0, 5, 0)).buffer.toString(), 'Jello');
  await handle.close();
});

test('[position.at-apart] a write at a position leaves the current one alone', async () => {
  const file = freshFile('..........');
  const handle = await open(file, 'r+');
  await handle.write('ab');
  await handle.write('XY', 7);
  await handle.write(Buffer.from('ZZ'), 0, 1, 9);
  await handle.write('cd');
  assert.equal(fs.readFileSync(file, 'latin1'), 'abcd...XYZ');
  await handle.close();
});
