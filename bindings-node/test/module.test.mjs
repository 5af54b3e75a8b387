// readFile, writeFile and appendFile of the module, by path and by handle, compared with those of fs.promises.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { appendFile, open, ours, peer, readFile, writeFile } from './support/impl.mjs';
import { outcome, describe } from './support/outcome.mjs';
import { openOn, settles } from './support/probes.mjs';
import { test } from './support/testing.mjs';
import { freshDir, freshFile, freshPath, pattern, SAMPLE } from './support/workdir.mjs';

const OURS = { readFile, writeFile, appendFile, open };

/** Plays with Node's functions and with ours; the files left and the result must be equal. */
function same(title, act, content = SAMPLE) {
  test(title, async () => {
    const seen = [];
    for (const functions of [peer, OURS]) {
      const dir = freshDir();
      const file = path.join(dir, 'file');
      if (content !== null) fs.writeFileSync(file, content);
      const result = await outcome(() => act(functions, file, dir), dir);
      const left = {};
      for (const name of fs.readdirSync(dir)) left[name] = fs.statSync(path.join(dir, name)).isFile() ? describe(fs.readFileSync(path.join(dir, name))) : 'directory';
      const mode = fs.existsSync(file) && fs.statSync(file).mode;
      seen.push({ result, left, mode, stillOpen: fs.existsSync(file) && !(await settles(() => openOn(file) === 0, 2000)) });
    }
    assert.deepStrictEqual(seen[1], seen[0]);
  });
}

for (const options of [undefined, null, {}, 'utf8', 'hex', { encoding: 'latin1' }, { flag: 'r+' }, { flag: 'a+' }, { flag: 'w+' }, { flag: 'wx' }, { flag: 'nonsense' },
  { flag: 0 }, { flag: null }, { encoding: 'klingon' }, 5, true, () => {}, [], { signal: 'x' }, { signal: undefined }, { encoding: 5 }]) {
  same(`readFile(path, ${inspect(options)})`, (f, file) => f.readFile(file, options));
}
for (const options of [undefined, null, {}, 'latin1', { encoding: 'hex' }, { mode: 0o600 }, { mode: '640' }, { mode: 'zzz' }, { flag: 'a' }, { flag: 'wx' }, { flag: 'r' }, { flag: 'r+' },
  { flag: 'nonsense' }, { flush: true }, { flush: 'yes' }, { flush: null }, { encoding: 'klingon' }, 5, () => {}, { signal: 'x' }]) {
  same(`writeFile(path, text, ${inspect(options)})`, (f, file) => f.writeFile(file, '4142', options));
  same(`writeFile(path, text, ${inspect(options)}) of a new file`, (f, file) => f.writeFile(file, '4142', options), null);
  same(`appendFile(path, text, ${inspect(options)})`, (f, file) => f.appendFile(file, '4142', options));
}

const DATA = {
  'an empty string': () => '',
  'a large string': () => 'é'.repeat(400_000),
  'a Buffer': () => Buffer.from('bytes'),
  'an empty Buffer': () => Buffer.alloc(0),
  'a large Buffer': () => pattern(1_200_000),
  'a Uint16Array': () => new Uint16Array([0x4142, 0x4344]),
  'a DataView': () => new DataView(Uint8Array.from([65, 66, 67]).buffer, 1),
  'an array': () => ['a', Buffer.from('b')],
  'an empty array': () => [],
  'a generator that throws': () => (function* bad() { yield 'a'; throw new RangeError('mine'); })(),
  'an async generator': () => (async function* later() { yield 'a'; yield 'b'; })(),
  'an async generator of numbers': () => (async function* later() { yield 5; })(),
  'a stream': () => Readable.from(['x', 'y']),
  'a number': () => 5,
  'null': () => null,
  'undefined': () => undefined,
  'an object': () => ({}),
  'an ArrayBuffer': () => new ArrayBuffer(4),
  'a symbol': () => Symbol('x'),
};
for (const [name, make] of Object.entries(DATA)) {
  same(`writeFile(path, ${name})`, (f, file) => f.writeFile(file, make()));
  same(`appendFile(path, ${name})`, (f, file) => f.appendFile(file, make()));
}

for (const name of ['readFile', 'writeFile', 'appendFile']) {
  const call = (f, file, ...rest) => (name === 'readFile' ? f.readFile(file, ...rest) : f[name](file, 'data', ...rest));
  same(`${name}: a URL`, (f, file) => call(f, pathToFileURL(file)));
  same(`${name}: a Buffer`, (f, file) => call(f, Buffer.from(file)));
  same(`${name}: a missing folder`, (f, file) => call(f, `${file}/none/x`));
  same(`${name}: a directory`, (f, file, dir) => call(f, dir));
  same(`${name}: a NUL`, (f, file) => call(f, `${file}\0`));
  same(`${name}: a number`, (f) => call(f, 3));
  same(`${name}: nothing`, (f) => f[name]());
  same(`${name}: null`, (f) => call(f, null));
  same(`${name}: an object`, (f) => call(f, {}));
  same(`${name}: a handle, which stays open`, async (f, file) => {
    const handle = await f.open(file, 'r+');
    const result = await outcome(() => call(f, handle));
    const after = [handle.fd > 2, (await handle.read(Buffer.alloc(3), 0, 3, 0)).buffer.toString()];
    await handle.close();
    return [result, after];
  });
  // Node says that the descriptor -1 is out of range; EBADF, as the handle's own methods say, tells more.
  test(`${name}: a closed handle`, async () => {
    const handle = await open(freshFile(), 'r+');
    await handle.close();
    await assert.rejects(() => call(OURS, handle), { code: ours ? 'EBADF' : /./ });
  });
  same(`${name}: aborted`, (f, file) => call(f, file, { signal: AbortSignal.abort(new RangeError('mine')) }));
}

for (const size of [0, 1, 16_384, 65_536, 65_537, 524_288, 1_000_001]) {
  same(`readFile(path): ${size} bytes`, (f, file) => f.readFile(file), pattern(size));
}
same('readFile(path): text of many chunks', (f, file) => f.readFile(file, 'utf8'), '文😀é'.repeat(70_000));

test('[reads.untrusted-size] readFile of /proc by path', async () => {
  assert.equal(await readFile('/proc/version', 'latin1'), fs.readFileSync('/proc/version', 'latin1'));
  assert.match(await readFile('/proc/self/status', 'latin1'), /^Name:/);
});

test('[close.releases] whole files leave nothing open, whatever fails', async () => {
  const file = freshFile('x'.repeat(100));
  await Promise.allSettled([
    readFile(file), readFile(file, 'klingon'), writeFile(file, (function* bad() { throw new Error('mine'); })()), appendFile(file, {}),
    readFile(file, { signal: AbortSignal.abort() }), writeFile(file, 'x', { signal: AbortSignal.abort() }), readFile(path.dirname(file)),
  ]);
  assert.ok(await settles(() => openOn(file) === 0));
});

test('1,000 whole files at once', async () => {
  const dir = freshDir();
  const names = Array.from({ length: 1000 }, (_, i) => path.join(dir, `f${i}`));
  await Promise.all(names.map((name, i) => writeFile(name, `content ${i}`)));
  const texts = await Promise.all(names.map((name) => readFile(name, 'utf8')));
  texts.forEach((text, i) => assert.equal(text, `content ${i}`));
});

test('appendFile from many callers loses nothing', async () => {
  const file = freshPath();
  await Promise.all(Array.from({ length: 200 }, (_, i) => appendFile(file, `line ${i}\n`)));
  const lines = fs.readFileSync(file, 'latin1').trim().split('\n');
  assert.equal(new Set(lines).size, 200);
});
