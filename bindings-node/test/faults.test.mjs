// What the system does rarely, made to happen by rules of the test build's backend: short, interrupted, late and
// failing operations.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { runChild } from './support/children.mjs';
import { ours } from './support/impl.mjs';
import { testOurs } from './support/testing.mjs';
import { freshFile, freshPath } from './support/workdir.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const library = process.env.AYAFILEIO_TEST_LIBRARY || path.join(here, '..', '..', 'build', 'lib-test', 'libayafileio.so');
const skip = ours && !fs.existsSync(library) && `there is no test build of the library (AYAFILEIO_TEST_LIBRARY): ${library}`;

function under(rules, seed, scenario, ...args) {
  const env = { AYAFILEIO_LIBRARY: library, AYAFILEIO_BACKEND: 'fake', AYAFILEIO_FAKE_RULES: rules, AYAFILEIO_FAKE_SEED: String(seed) };
  return runChild('faults.mjs', [scenario, ...args], { env });
}

const faults = (title, run) => testOurs('its faults cannot be made', title, { skip }, run);

// Nothing of these may be seen by a caller.
const INVISIBLE = ['', '(short 3 (Op write))', '(short 1 (Op write) (Every 2))', '(eintr (Op read) (Every 2))', '(eintr (Op write) (Every 3))', '(delay 3 (Percent 50))',
  '(short 700 (Op write) (Percent 30)) (eintr (Op read) (Every 5)) (eintr (Op write) (Every 4)) (delay 2 (Percent 20))'];
for (const rules of INVISIBLE) {
  for (const seed of [0, 7]) {
    faults(`[reads.interrupted] faults that nobody sees: ${rules || 'none'}, seed ${seed}`, () => under(rules, seed, 'same-as-node'));
  }
}

for (const rules of ['(short 1 (Op read))', '(short 7 (Op read) (Percent 50))', '(eintr (Op read) (Every 2)) (short 100 (Op read))']) {
  faults(`[reads.whole] readAt, readMany, readFile and lines are whole though the system's reads are short: ${rules}`, () => under(rules, 3, 'short-reads', freshFile()));
}

for (const seed of [1, 2, 3]) {
  for (const rules of ['', '(delay 4 (Percent 40)) (eintr (Every 7))', '(short 100 (Op write) (Percent 50))']) {
    faults(`[position.reserved] any order of completion: ${rules || 'none'}, seed ${seed}`, () => under(rules, seed, 'in-order', freshPath()));
  }
}

faults('[errors.table] each fault is the error that Node has for it', async () => {
  const codes = { io: ['EIO', -5], enospc: ['ENOSPC', -28], perm: ['EPERM', -1], nomem: ['ENOMEM', -12], notsup: ['ENOTSUP', -95], inval: ['EINVAL', -22], badf: ['EBADF', -9] };
  for (const [fault, [code, errno]] of Object.entries(codes)) {
    const { out } = await under(`(${fault} (Op read)) (${fault} (Op sync)) (${fault} (Op datasync))`, 0, 'errors', freshFile());
    for (const seen of JSON.parse(out)) {
      assert.equal(seen.code, code, `${fault}: ${JSON.stringify(seen)}`);
      assert.equal(seen.errno, errno);
      assert.match(seen.message, new RegExp(`^${code}: .+, ${seen.syscall}$`));
    }
  }
});

faults('[position.after-error] a read that fails gives its place back', () => under('(io (Op read) (OnIndex 1))', 0, 'failing-read', freshFile()));
faults('[writes.whole] a full device: the error of the write, and what had been written stays', () => under('(enospc (Op write) (OnIndex 2))', 0, 'full-device', freshPath()));
faults('of a hundred reads every tenth fails, the others have their bytes', () => under('(io (Op read) (Every 10))', 5, 'some-fail', freshFile()));
faults('[close.releases] an open that fails leaks nothing', () => under('(io (Op open))', 0, 'failing-open', freshFile()));
faults('[writes.error-at-push] the error of gathered data is raised by the call that pushes it, and nothing is dropped', () => under('(enospc (Op write) (First 1))', 0, 'failing-push', freshPath()));
faults('[close.flush-error] close reports the error of the last push, and closes', () => under('(io (Op write))', 0, 'failing-close', freshPath()));
faults('a write stream: the error of the system ends it and closes the handle', () => under('(enospc (Op write))', 0, 'failing-stream', freshPath()));
faults('a read stream: the error of the system ends it and closes the handle', () => under('(io (Op read) (OnIndex 2))', 0, 'failing-read-stream', freshFile('x'.repeat(100_000))));
faults('[cancel.kernel] what the system holds for ever ends at an abort, and at close', () => under('(hold (Op read))', 0, 'held', freshFile()));
faults('a worker is terminated while the system holds its reads', () => under('(hold (Op read))', 0, 'held-worker', freshFile()));
