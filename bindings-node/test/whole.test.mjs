// readFile, writeFile and appendFile of a handle.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { Readable } from 'node:stream';

import { open } from './support/impl.mjs';
import { parity, table } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshFile, freshPath, pattern } from './support/workdir.mjs';

const TEXT = 'naïve 文 😀 line\n'.repeat(3);

table('readFile', { content: TEXT }, {
  'no options': (h) => h.readFile(),
  'undefined': (h) => h.readFile(undefined),
  'null': (h) => h.readFile(null),
  'an empty object': (h) => h.readFile({}),
  'encoding as a string': (h) => h.readFile('utf8'),
  'encoding as an option': (h) => h.readFile({ encoding: 'utf8' }),
  'latin1': (h) => h.readFile('latin1'),
  'hex': (h) => h.readFile('hex'),
  'base64': (h) => h.readFile({ encoding: 'base64' }),
  'base64url': (h) => h.readFile('base64url'),
  'utf16le': (h) => h.readFile('utf16le'),
  'ascii': (h) => h.readFile('ascii'),
  'UTF-8': (h) => h.readFile('UTF-8'),
  'encoding null': (h) => h.readFile({ encoding: null }),
  'encoding buffer': (h) => h.readFile('buffer'),
  'encoding unknown': (h) => h.readFile('klingon'),
  'encoding unknown as an option': (h) => h.readFile({ encoding: 'klingon' }),
  'encoding is a number': (h) => h.readFile({ encoding: 5 }),
  'options is a number': (h) => h.readFile(5),
  'options is true': (h) => h.readFile(true),
  'options is an array': (h) => h.readFile([]),
  'options is a function': (h) => h.readFile(() => {}),
  'a flag is not looked at': (h) => h.readFile({ flag: 'nonsense' }),
  'from the current position': async (h) => { await h.read(Buffer.alloc(4)); return h.readFile('latin1'); },
  'twice': async (h) => [await h.readFile('utf8'), await h.readFile('utf8')],
  'after writing': async (h) => { await h.write('12345678'); return h.readFile('latin1'); },
  'a signal that is none': (h) => h.readFile({ signal: 'x' }),
  'a signal of null': (h) => h.readFile({ signal: null }),
  'a signal of undefined': (h) => h.readFile({ signal: undefined }),
});

table('readFile of an empty file', { content: '' }, {
  'bytes': (h) => h.readFile(),
  'text': (h) => h.readFile('utf8'),
});

for (const size of [1, 16383, 16384, 65535, 65536, 65537, 524287, 524288, 524289, 1_500_000]) {
  parity(`readFile: ${size} bytes`, { content: pattern(size) }, async (stage) => {
    const handle = await stage.open(stage.path);
    return [await handle.readFile(), (await handle.read(Buffer.alloc(4))).bytesRead];
  });
}

parity('readFile: characters across the borders of chunks', { content: '文😀é'.repeat(70_000) }, async (stage) => {
  const handle = await stage.open(stage.path);
  return handle.readFile('utf8');
});
parity('readFile: bytes that are not UTF-8', { content: Buffer.from([0x41, 0xff, 0xc3, 0x28, 0xe2, 0x82]) }, async (stage) => {
  const handle = await stage.open(stage.path);
  return handle.readFile('utf8');
});
parity('readFile: a byte order mark stays', { content: Buffer.from([0xef, 0xbb, 0xbf, 0x41]) }, async (stage) => {
  const handle = await stage.open(stage.path);
  return handle.readFile('utf8');
});

const WRITE_FILE = {
  'a string': (call) => call('new text é'),
  'an empty string': (call) => call(''),
  'latin1': (call) => call('é', 'latin1'),
  'hex as an option': (call) => call('4142', { encoding: 'hex' }),
  'utf16le': (call) => call('aé', { encoding: 'utf16le' }),
  'encoding null': (call) => call('é', { encoding: null }),
  'encoding unknown': (call) => call('é', 'klingon'),
  'encoding is not looked at for bytes': (call) => call(Buffer.from('zz'), 'hex'),
  'options null': (call) => call('x', null),
  'options is a number': (call) => call('x', 5),
  'options is a function': (call) => call('x', () => {}),
  'a Buffer': (call) => call(Buffer.from('bytes')),
  'an empty Buffer': (call) => call(Buffer.alloc(0)),
  'a Uint16Array': (call) => call(new Uint16Array([0x4142, 0x4344])),
  'a DataView': (call) => call(new DataView(Uint8Array.from([65, 66, 67]).buffer, 1)),
  'a large Buffer': (call) => call(pattern(1_100_000)),
  'an array of strings': (call) => call(['one', 'two', 'é']),
  'an array of buffers': (call) => call([Buffer.from('one'), new Uint8Array([65])]),
  'an array with an empty string': (call) => call(['', 'a', '']),
  'an empty array': (call) => call([]),
  'an array with an encoding': (call) => call(['4142', '43'], 'hex'),
  'an array with a number': (call) => call(['one', 5]),
  'a set': (call) => call(new Set(['x', 'y'])),
  'a generator': (call) => call((function* numbers() { yield 'a'; yield Buffer.from('b'); })()),
  'an async generator': (call) => call((async function* later() { yield 'a'; await null; yield Buffer.from('b'); })()),
  'an async generator that throws': (call) => call((async function* bad() { yield 'a'; throw new RangeError('mine'); })()),
  'an async generator of numbers': (call) => call((async function* bad() { yield 5; })()),
  'an async generator of null': (call) => call((async function* bad() { yield null; })()),
  'a generator with a large block': (call) => call((function* large() { yield pattern(1_100_000); yield 'end'; })()),
  'a stream': (call) => call(Readable.from(['a', 'b', 'c'])),
  'a stream with an encoding': (call) => call(Readable.from(['é']), 'latin1'),
  'a number': (call) => call(5),
  'null': (call) => call(null),
  'undefined': (call) => call(undefined),
  'true': (call) => call(true),
  'an object': (call) => call({}),
  'an object with toString': (call) => call({ toString: () => 'x' }),
  'an ArrayBuffer': (call) => call(new ArrayBuffer(3)),
  'a promise': (call) => call(Promise.resolve('x')),
  'a symbol': (call) => call(Symbol('x')),
  'a bigint': (call) => call(1n),
  'a flag is not looked at': (call) => call('x', { flag: 'a' }),
  'a wrong flush': (call) => call('x', { flush: 'yes' }),
  'flush null': (call) => call('x', { flush: null }),
  'flush': (call) => call('x', { flush: true }),
  'a wrong mode': (call) => call('x', { mode: 'zzz' }),
  'a signal that is none': (call) => call('x', { signal: 'x' }),
};

const bound = (name) => Object.fromEntries(Object.entries(WRITE_FILE)
  .map(([title, act]) => [title, (h) => act((...args) => h[name](...args))]));

table('writeFile', {}, bound('writeFile'));
table('appendFile', { flags: 'a+' }, bound('appendFile'));
table('appendFile on a handle that does not append', {}, {
  'goes where the position is': (h) => h.appendFile('NEW'),
  'behind a read': async (h) => { await h.read(Buffer.alloc(5)); await h.appendFile('NEW'); },
});
table('writeFile and the position', {}, {
  'does not truncate': (h) => h.writeFile('NEW'),
  'goes on where the last one ended': async (h) => { await h.writeFile('one'); await h.writeFile('two'); },
  'resolves with nothing': (h) => h.writeFile('x'),
  'behind a read': async (h) => { await h.read(Buffer.alloc(5)); await h.writeFile('NEW'); },
});

test('[reads.untrusted-size] files of /proc are read to their end', async () => {
  for (const file of ['/proc/self/status', '/proc/self/maps', '/proc/cpuinfo', '/proc/version']) {
    const handle = await open(file);
    const text = await handle.readFile('latin1');
    assert.ok(text.length > 10, file);
    if (file === '/proc/version') assert.equal(text, fs.readFileSync(file, 'latin1'));
    await handle.close();
  }
});

test('[reads.to-end] a FIFO is read until its writers are gone', async () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const opened = open(fifo);
  const writer = await open(fifo, 'w');
  const handle = await opened;
  const all = handle.readFile('latin1');
  for (let i = 0; i < 20; i++) await writer.write(`${i},`.repeat(500));
  await writer.close();
  assert.equal(await all, Array.from({ length: 20 }, (_, i) => `${i},`.repeat(500)).join(''));
  await handle.close();
});

test('a character device: /dev/null is empty, /dev/zero gives what is asked for', async () => {
  const nothing = await open('/dev/null', 'r+');
  assert.equal((await nothing.readFile()).length, 0);
  await nothing.writeFile('into the void');
  await nothing.close();
  const zero = await open('/dev/zero');
  const { bytesRead, buffer } = await zero.read(Buffer.alloc(10_000, 1));
  assert.equal(bytesRead, 10_000);
  assert.ok(buffer.every((byte) => byte === 0));
  await zero.close();
});

test('readFile while the file grows ends, and holds at least what was there', async () => {
  const data = pattern(600_000);
  const file = freshFile(data);
  const handle = await open(file);
  const reading = handle.readFile();
  fs.appendFileSync(file, 'more');
  const got = await reading;
  assert.ok(got.subarray(0, data.length).equals(data));
  assert.ok(got.length === data.length || got.length === data.length + 4);
  await handle.close();
});

test('a buffer of readFile belongs to the caller alone', async () => {
  const handle = await open(freshFile('x'.repeat(100)));
  const buffer = await handle.readFile();
  assert.ok(buffer instanceof Buffer);
  assert.ok(buffer.buffer.byteLength < 70_000);
  const moved = structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assert.equal(buffer.length, 0);
  assert.ok(moved.byteLength >= 100);
  await handle.close();
});

test('writeFile takes as much of an iterable as there is, and no more at once than it writes', async () => {
  const handle = await open(freshPath(), 'w');
  let made = 0;
  await handle.writeFile((async function* pieces() {
    for (let i = 0; i < 50; i++) {
      const { size } = await handle.stat();
      assert.equal(size, made, 'each piece has reached the system before the next is asked for');
      made += 3;
      yield 'abc';
    }
  })());
  await handle.close();
});
