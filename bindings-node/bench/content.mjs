// What the test files hold, so that each contender can tell right bytes from wrong ones, and the scenarios' loops where a
// call per operation does not matter.

import { readFileSync } from 'node:fs';

const BLOCK = 256;
const CHECKED = 2000; // operations that are compared in a verifying run

/** The bytes of the binary file from an offset: each block of 256 holds its own number, over and over. */
export function content(offset, size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 8) bytes.writeBigUInt64BE(BigInt(Math.floor((offset + at) / BLOCK)), at);
  return bytes;
}

/** The same random places for every contender. */
export function offsets({ seed, operations, size, file_size: fileSize }) {
  const random = generator(seed);
  const places = Math.floor(fileSize / size);
  return Array.from({ length: operations }, () => (random() % places) * size);
}

/** Marsaglia's xorshift with 32 bits: Math.random cannot be seeded. */
function generator(seed) {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Measures `run`, an asynchronous function, and how many of the first reads give wrong bytes. */
export async function measured(parameters, verify, run, readAt) {
  const wanted = offsets(parameters);
  const start = performance.now();
  await run(wanted);
  const seconds = (performance.now() - start) / 1000;
  let wrong = 0;
  for (const offset of verify ? wanted.slice(0, CHECKED) : []) {
    if (!content(offset, parameters.size).equals(await readAt(offset))) wrong++;
  }
  return { seconds, operations: wanted.length, wrong };
}

/** As many loops as operations may be in flight, each of which takes the next place. */
export function inFlight(count, wanted, read) {
  const places = wanted.values();
  return Promise.all(Array.from({ length: count }, async () => {
    for (const offset of places) await read(offset);
  }));
}

/** Whole small files, one after the other; file i holds the blocks from 16 * i. */
export async function wholeFiles({ path, files, operations }, verify, read) {
  const names = Array.from({ length: files }, (_, i) => `${path}/${String(i).padStart(4, '0')}.bin`);
  const start = performance.now();
  for (let i = 0; i < operations; i++) await read(names[i % files]);
  const seconds = (performance.now() - start) / 1000;
  let wrong = 0;
  for (let i = 0; verify && i < files; i++) {
    if (!content(i * 4096, 4096).equals(await read(names[i]))) wrong++;
  }
  return { seconds, operations, wrong };
}

/** Lines of a text file; a slow contender reads only the first `limit`. */
export async function textLines({ path, lines, limit }, verify, open) {
  const most = Math.min(limit || lines, lines);
  const right = verify ? readFileSync(path, 'utf8').split('\n') : null;
  let count = 0;
  let wrong = 0;
  const handle = await open(path, 'r');
  const start = performance.now();
  for await (const line of handle.readLines({ autoClose: false })) {
    if (right !== null && line !== right[count]) wrong++;
    if (++count === most) break;
  }
  const seconds = (performance.now() - start) / 1000;
  await handle.close();
  return { seconds, operations: count, wrong: wrong + (count === most ? 0 : 1) };
}
