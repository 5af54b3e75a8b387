// Files for tests: one directory per test file, removed when the process ends.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = fs.mkdtempSync(path.join(process.env.AYAFILEIO_TEST_DIR || os.tmpdir(), 'ayafileio-test-'));
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));

let serial = 0;

/** A fresh, empty directory. */
export function freshDir() {
  const dir = path.join(root, `d${++serial}`);
  fs.mkdirSync(dir);
  return dir;
}

/** A path where no file is. */
export function freshPath(name = 'file') {
  return path.join(freshDir(), name);
}

/** A file with these contents. */
export function freshFile(content = SAMPLE, name = 'file') {
  const file = freshPath(name);
  fs.writeFileSync(file, content);
  return file;
}

/** Bytes in which every aligned 8-byte word names its own offset: misplaced data shows. */
export function pattern(size, seed = 0) {
  const words = new BigUint64Array(Math.ceil(size / 8));
  for (let i = 0; i < words.length; i++) words[i] = BigInt(i) * 8n + (BigInt(seed) << 40n);
  return Buffer.from(words.buffer, 0, size);
}

export const SAMPLE = '0123456789abcdefghijklmnopqrstuvwxyz\n';

/** Takes a file's pages out of the page cache, so that the next read has to wait for the disk; false where it cannot. */
export function dropCache(file) {
  const fd = fs.openSync(file, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  return dropWithDd(file);
}

import { spawnSync } from 'node:child_process';

// Node has no posix_fadvise; dd does it for a whole file when it copies nothing.
function dropWithDd(file) {
  return spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']).status === 0;
}
