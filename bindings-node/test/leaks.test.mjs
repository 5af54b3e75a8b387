// Nothing grows: memory, descriptors and threads over very many operations.

import assert from 'node:assert/strict';

import { runChild } from './support/children.mjs';
import { slow, test, testOurs } from './support/testing.mjs';
import { freshFile, pattern } from './support/workdir.mjs';

const flags = ['--expose-gc'];
const grow = async (what, count, env) => {
  const { out } = await runChild('leaking.mjs', [freshFile(pattern(65_536)), what, count], { flags, env, timeout: 280_000 });
  return JSON.parse(out);
};

const MIB = 1 << 20;

/** What a process may keep over a run is allowed once, not per operation. */
function steady({ heap, resident, external, descriptors, threads }, limit = 12 * MIB) {
  assert.ok(heap < 4 * MIB, `the heap grew by ${heap}`);
  assert.ok(external < 8 * MIB, `external memory grew by ${external}`);
  assert.ok(resident < limit, `resident memory grew by ${resident}`);
  assert.ok(descriptors <= 2, `${descriptors} descriptors more`);
  assert.ok(threads <= 3, `${threads} threads more`);
}

testOurs('Node takes 20 s for so many', '[leaks.none] 1,000,000 reads that complete at once', { timeout: 290_000 }, async () => {
  steady(await grow('hot', 1_000_000));
});

testOurs('it is about our queue', '[leaks.none] 200,000 reads that wait', { timeout: 290_000 }, async () => {
  steady(await grow('queued', 200_000));
});

const COUNTS = { open: 10_000, 'failing-open': 10_000, errors: 30_000, writes: 20_000, streams: 1000, whole: 5000, lines: 1000, abort: 3000, web: 500 };
for (const [what, count] of Object.entries(COUNTS)) {
  test(`[leaks.none] ${count} times: ${what}`, { timeout: 290_000 }, async () => {
    // Blocks of many sizes: what the allocator keeps of them says little, so only the coarse is judged there.
    steady(await grow(what, slow ? count * 5 : count), 256 * MIB);
  });
}
