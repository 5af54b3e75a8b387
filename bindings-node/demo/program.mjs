// The demo's two jobs in Node.js: checksum every file of a tree, and copy the tree; with ayafileio, and with
// node:fs/promises for comparison. It is asked in JSON, one line per message, by bindings-python/demo/programs.py.

import { createHash } from 'node:crypto';
import * as fsPromises from 'node:fs/promises';
import { createInterface } from 'node:readline';

import * as ayafileio from 'ayafileio';

// Both have the same functions of the same names.
const WAYS = { ayafileio, 'fs/promises': fsPromises };

const STEP = 100; // files between two moves of the progress bar

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function run({ job, way, root, target, files, inFlight }) {
  const { readFile, writeFile } = WAYS[way];
  const digests = {};
  const one = {
    checksum: async (name) => {
      digests[name] = createHash('sha256').update(await readFile(`${root}/${name}`)).digest('hex');
    },
    copy: async (name) => writeFile(`${target}/${name}`, await readFile(`${root}/${name}`)),
  }[job];

  // A fixed number of workers take the next file from one iterator, which bounds what is open and in memory.
  const names = files.values();
  let done = 0;
  const worker = async () => {
    for (const name of names) {
      await one(name);
      if (++done % STEP === 0) say({ done: STEP });
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { seconds: (performance.now() - start) / 1000, digests };
}

const about = `Node.js ${process.versions.node}, ayafileio on ${ayafileio.getBackendInfo().backend}`;
say({ about, ways: Object.keys(WAYS) });
for await (const line of createInterface({ input: process.stdin })) {
  say(await run(JSON.parse(line)).catch((error) => ({ error: error.stack })));
}
