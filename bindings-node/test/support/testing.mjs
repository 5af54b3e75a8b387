// `test` as the suite uses it: for both implementations, or for ours only with the reason why Node cannot take part.

import { test as nodeTest } from 'node:test';

import { ours } from './impl.mjs';

/** A test that both implementations must pass. A title may begin with the promise it keeps: "[reads.to-end] …". */
export function test(title, options, run) {
  if (run === undefined) return nodeTest(title, options);
  return nodeTest(title, options, run);
}

/** A test of what only ours promises. With Node it is skipped, with the reason. */
export function testOurs(reason, title, options, run) {
  if (run === undefined) {
    run = options;
    options = {};
  }
  const skip = ours ? options.skip : `ours only: ${reason}`;
  return nodeTest(title, { ...options, skip: skip || false }, run);
}

/** Whether the tests that take long or much memory run, too. */
export const slow = process.env.AYAFILEIO_TEST_SLOW === '1';
export const whySlow = slow ? false : 'slow: set AYAFILEIO_TEST_SLOW=1';
