// readFile into a buffer that the caller gives. Node has it since 24; older ones do not look at the option, and neither
// does ours there.

import { parity, table } from './support/parity.mjs';
import { pattern, SAMPLE } from './support/workdir.mjs';

const CALLS = {
  'a Buffer that is larger': (read) => read({ buffer: Buffer.alloc(100, '.') }),
  'a Buffer that is as large': (read) => read({ buffer: Buffer.alloc(SAMPLE.length, '.') }),
  'a Buffer that is too small': (read) => read({ buffer: Buffer.alloc(10, '.') }),
  'an empty Buffer': (read) => read({ buffer: Buffer.alloc(0) }),
  'a Uint8Array': (read) => read({ buffer: new Uint8Array(64) }),
  'a Uint16Array': (read) => read({ buffer: new Uint16Array(64) }),
  'a DataView': (read) => read({ buffer: new DataView(new ArrayBuffer(80), 4, 70) }),
  'with an encoding': (read) => read({ buffer: Buffer.alloc(100), encoding: 'latin1' }),
  'with an encoding that is unknown': (read) => read({ buffer: Buffer.alloc(100), encoding: 'klingon' }),
  'a function': (read, stage) => read({ buffer: (size) => { stage.note('size', size); return Buffer.alloc(size); } }),
  'a function that gives more': (read) => read({ buffer: (size) => Buffer.alloc(size + 10) }),
  'a function that gives less': (read) => read({ buffer: (size) => Buffer.alloc(size - 1) }),
  'a function that gives nothing': (read) => read({ buffer: () => {} }),
  'a function that gives text': (read) => read({ buffer: () => 'text' }),
  'a function that throws': (read) => read({ buffer: () => { throw new RangeError('mine'); } }),
  'an async function': (read) => read({ buffer: async (size) => Buffer.alloc(size) }),
  'text': (read) => read({ buffer: 'text' }),
  'null': (read) => read({ buffer: null }),
  'a number': (read) => read({ buffer: 100 }),
  'an ArrayBuffer': (read) => read({ buffer: new ArrayBuffer(100) }),
  'undefined': (read) => read({ buffer: undefined }),
  'with an aborted signal': (read) => read({ buffer: Buffer.alloc(100), signal: AbortSignal.abort() }),
  'the memory that comes back is the one given': async (read) => {
    const given = Buffer.alloc(100);
    const got = await read({ buffer: given });
    return [got.buffer === given.buffer, got.byteOffset === given.byteOffset, got.length];
  },
};

table('readFile into a buffer', {}, Object.fromEntries(Object.entries(CALLS)
  .map(([name, act]) => [name, (handle, stage) => act((options) => handle.readFile(options), stage)])));

parity('readFile into a buffer: from the position', async (stage) => {
  const handle = await stage.open(stage.path);
  await handle.read(Buffer.alloc(10));
  return [await stage.outcome(() => handle.readFile({ buffer: Buffer.alloc(100, '.') })), await stage.outcome(() => handle.read(Buffer.alloc(4)))];
});

for (const size of [0, 1, 65_536, 600_000]) {
  parity(`readFile into a buffer: a file of ${size} bytes`, { content: pattern(size) }, async (stage) => {
    const handle = await stage.open(stage.path);
    return [await stage.outcome(() => handle.readFile({ buffer: Buffer.alloc(size + 5) })), await stage.outcome(() => handle.readFile({ buffer: Buffer.alloc(8) }))];
  });
}

parity('readFile into a buffer: a file whose size is not told', async (stage) => {
  const [small, large] = [await stage.open('/proc/version'), await stage.open('/proc/version')];
  const sizes = [];
  const made = await stage.outcome(() => large.readFile({ buffer: (size) => { sizes.push(size); return Buffer.alloc(10_000); } }));
  return [made, sizes, await stage.outcome(() => small.readFile({ buffer: Buffer.alloc(4) }))];
});
