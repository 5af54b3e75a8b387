// Random sequences of operations, played with Node's FileHandle and with the one under test. The first difference is
// shrunk to the fewest steps that show it and printed with its seed.
//
// AYAFILEIO_TEST_SEED and AYAFILEIO_TEST_ROUNDS choose others.

import assert from 'node:assert/strict';

import { compareCase, makeCase, shrink } from './support/sequences.mjs';
import { slow, test } from './support/testing.mjs';

const first = Number(process.env.AYAFILEIO_TEST_SEED || 1);
const rounds = Number(process.env.AYAFILEIO_TEST_ROUNDS || (slow ? 4000 : 400));

for (const flags of ['r', 'r+', 'w', 'w+', 'a', 'a+', 'wx+']) {
  test(`[position.same] ${rounds / 4} random sequences with flags ${flags} do what Node does`, async () => {
    for (let seed = first; seed < first + rounds / 4; seed++) {
      const made = makeCase(seed, flags);
      if (await compareCase(made) === null) continue;
      const { shortest, difference } = await shrink(made);
      assert.fail(`seed ${seed}, flags ${flags}, ${shortest.content.length} bytes:\n${shortest.steps.map((step) => JSON.stringify(step)).join('\n')}\n${difference}`);
    }
  });
}
