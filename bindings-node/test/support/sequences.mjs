// Making, playing and shrinking random sequences of FileHandle operations.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { isDeepStrictEqual, inspect } from 'node:util';

import { open, peer } from './impl.mjs';
import { outcome } from './outcome.mjs';
import { seeded } from './random.mjs';
import { freshPath, pattern } from './workdir.mjs';

const SIZES = [0, 1, 2, 3, 7, 16, 100, 511, 512, 4096, 5000];

/** A case is data: what the file holds, the flags, and the steps. */
export function makeCase(seed, flags) {
  const random = seeded(seed * 7919 + flags.length);
  const content = pattern(random.pick(SIZES), seed);
  const steps = [];
  const count = random.int(1, 25);
  while (steps.length < count) steps.push(makeStep(random));
  return { seed, flags, content, steps };
}

function makeStep(random) {
  const position = random.chance(0.5) ? null : random.pick([0, 1, 5, 100, 500, 4000, 6000, 20_000]);
  const size = random.pick(SIZES);
  switch (random.int(0, 14)) {
    case 0: case 1: case 2: return ['read', size, position];
    case 3: return ['readOptions', size, random.int(0, 4), position];
    case 4: return ['readv', [size, random.pick(SIZES)], position];
    case 5: case 6: return ['write', size, random.int(33, 120), position];
    case 7: return ['writeText', random.pick(['', 'a', 'naïve', '文😀', 'x'.repeat(700)]), random.pick(['utf8', 'latin1', 'utf16le']), position];
    case 8: return ['writev', [size, random.pick(SIZES)], position];
    case 9: return ['readFile', random.pick([null, 'latin1', 'utf8'])];
    case 10: return ['writeFile', random.pick(['', 'whole', 'é'.repeat(50)])];
    case 11: return ['appendFile', random.pick(['', 'tail'])];
    case 12: return ['truncate', random.pick([0, 1, 3, 100, 4096, 9000])];
    default: return random.chance(0.5) ? ['stat'] : ['sync'];
  }
}

function act(handle, [name, ...args]) {
  switch (name) {
    case 'read': return handle.read(Buffer.alloc(args[0], '.'), 0, args[0], args[1]);
    case 'readOptions': return handle.read({ buffer: Buffer.alloc(args[0] + args[1], '.'), offset: args[1], position: args[2] });
    case 'readv': return handle.readv(args[0].map((size) => Buffer.alloc(size, '.')), args[1]);
    case 'write': return handle.write(Buffer.alloc(args[0], args[1]), 0, args[0], args[2]);
    case 'writeText': return handle.write(args[0], args[2], args[1]);
    case 'writev': return handle.writev(args[0].map((size, i) => Buffer.alloc(size, 65 + i)), args[1]);
    case 'stat': return handle.stat().then(({ size, mode }) => ({ size, mode }));
    case 'sync': return handle.sync();
    default: return handle[name](...args);
  }
}

async function play(openFunction, { seed, flags, content, steps }) {
  const file = freshPath();
  if (!flags.includes('x')) fs.writeFileSync(file, content);
  const answers = [];
  const handle = await openFunction(file, flags);
  // A handle of ours whose descriptor was asked for keeps one position with it: both kinds are played.
  if (seed % 2) assert.ok(handle.fd > 2);
  try {
    for (const step of steps) answers.push(await outcome(() => act(handle, step)));
  } finally {
    await handle.close();
  }
  const after = fs.readFileSync(file, 'latin1');
  fs.rmSync(file);
  return { answers, after };
}

/** null when both did the same, else what differed. */
export async function compareCase(made) {
  const want = await play(peer.open, made);
  const got = await play(open, made);
  for (const [index, step] of made.steps.entries()) {
    if (!isDeepStrictEqual(got.answers[index], want.answers[index])) {
      return `step ${index} ${JSON.stringify(step)}\n  Node ${inspect(want.answers[index], { depth: 5 })}\n  ours ${inspect(got.answers[index], { depth: 5 })}`;
    }
  }
  if (got.after !== want.after) return `the file afterwards\n  Node ${inspect(want.after.slice(0, 300))}\n  ours ${inspect(got.after.slice(0, 300))}`;
  return null;
}

/** Leaves out steps, and bytes of the file, as long as a difference remains. */
export async function shrink(made) {
  let shortest = made;
  let difference = await compareCase(made);
  for (let width = Math.max(1, made.steps.length >> 1); width > 0; width >>= 1) {
    for (let at = 0; at < shortest.steps.length;) {
      const shorter = { ...shortest, steps: shortest.steps.filter((_, i) => i < at || i >= at + width) };
      const remaining = await compareCase(shorter);
      if (remaining === null) at += width;
      else [shortest, difference] = [shorter, remaining];
    }
  }
  while (shortest.content.length > 0) {
    const shorter = { ...shortest, content: shortest.content.subarray(0, shortest.content.length >> 1) };
    const remaining = await compareCase(shorter);
    if (remaining === null) break;
    [shortest, difference] = [shorter, remaining];
  }
  return { shortest, difference };
}
