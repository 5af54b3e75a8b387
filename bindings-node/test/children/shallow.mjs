// 3,000 reads at once through a queue that is shallow.

import { parentPort, workerData } from 'node:worker_threads';

import { open } from 'ayafileio';

import { pattern } from '../support/workdir.mjs';

const data = pattern(100_000);
const handle = await open(workerData.file);
const results = await Promise.all(Array.from({ length: 3000 }, (_, i) => handle.readAt(16, i)));
const right = results.every((block, i) => block.equals(data.subarray(i, i + 16)));
await handle.close();
parentPort.postMessage(right ? 'right' : 'wrong');
