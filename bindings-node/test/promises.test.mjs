// Every promise has a test, every title names a promise that is listed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { PROMISES } from './support/promises.mjs';
import { test } from './support/testing.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** [promise, file] of every title; read from source, so that a filter does not matter. */
function named() {
  const found = [];
  for (const name of fs.readdirSync(here).filter((file) => file.endsWith('.test.mjs'))) {
    for (const [, promise] of fs.readFileSync(path.join(here, name), 'utf8').matchAll(/['`]\[([a-z]+\.[a-z-]+)\]/g)) found.push([promise, name]);
  }
  return found;
}

test('each promise has a test', () => {
  const tested = new Set(named().map(([promise]) => promise));
  assert.deepEqual(Object.keys(PROMISES).filter((promise) => !tested.has(promise)), []);
});

test('each promise that a title names is listed', () => {
  assert.deepEqual(named().filter(([promise]) => !Object.hasOwn(PROMISES, promise)), []);
});
