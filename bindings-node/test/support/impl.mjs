// Which implementation the tests of the FileHandle surface run against.
//
// AYAFILEIO_TEST_IMPL=node takes node:fs/promises itself. It validates the tests: what Node does not do is not a
// promise of Node's. Everything else is "ayafileio", found by the package's own name, as a user finds it.

import * as fsp from 'node:fs/promises';

export const implName = process.env.AYAFILEIO_TEST_IMPL || 'ayafileio';
if (implName !== 'node' && implName !== 'ayafileio') {
  throw new Error(`AYAFILEIO_TEST_IMPL is node or ayafileio, not ${implName}`);
}

export const ours = implName === 'ayafileio';
export const lib = ours ? await import('ayafileio') : null;

/** `open`, `readFile`, `writeFile` and `appendFile` under test. */
export const { open, readFile, writeFile, appendFile } = ours ? lib : fsp;

/** Node's own, what is compared with. */
export const peer = fsp;

export const nodeMajor = Number(process.versions.node.split('.')[0]);
