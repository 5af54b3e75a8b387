// Measures in one process, side by side: the contenders of a case take turns, round after round, so that whatever else
// the machine does meets all of them. Figures are medians with the spread; what counts are the ratios.
//
//   node bench/run.mjs [--quick] [--only=TEXT] [--rounds=N] [--dir=DIR] [--json=FILE]
//
// `go run ./ci bench` has the scenarios of all languages in one report, each contender in a process of its own.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { getBackendInfo } from 'ayafileio';

import { makeCases } from './cases.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '' },
    dir: { type: 'string', default: os.tmpdir() },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds) || (values.quick ? 7 : 25);

const sorted = (numbers) => numbers.toSorted?.((a, b) => a - b) ?? [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[numbers.length >> 1];

async function sample({ operations, run }) {
  await turn(); // what another contender has left to the loop is not this one's
  const start = performance.now();
  await run(operations);
  return ((performance.now() - start) * 1000) / operations;
}

async function measure(contenders) {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (const contender of Object.values(contenders)) {
    await contender.verify?.();
    for (let i = 0; i < 4; i++) await sample(contender); // warm-up
  }
  for (let round = 0; round < rounds; round++) {
    const order = Object.keys(contenders);
    if (round % 2) order.reverse();
    for (const name of order) samples[name].push(await sample(contenders[name]));
  }
  return samples;
}

/** How two contenders compare: round by round, since both had the same company in each, and then the median. */
const ratio = (samples, name, base) => median(samples[name].map((time, round) => time / samples[base][round]));

function summary(samples, base) {
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, {
    median: median(all), least: Math.min(...all), most: Math.max(...all), ratio: ratio(samples, name, base), samples: all,
  }]));
}

const microseconds = (value) => (value < 100 ? value.toFixed(2) : value.toFixed(0));

function print(title, unit, results, base) {
  console.log(`\n${title} (µs per ${unit}; × is the time compared with ${base})`);
  const width = Math.max(...Object.keys(results).map((name) => name.length));
  for (const [name, { median: middle, least, most, ratio: compared }] of Object.entries(results)) {
    console.log(`  ${name.padEnd(width)}  ${microseconds(middle).padStart(8)}  ${`${microseconds(least)}–${microseconds(most)}`.padStart(18)}  ${compared.toFixed(2).padStart(7)} ×`);
  }
}

const dir = fs.mkdtempSync(path.join(values.dir, 'ayafileio-test-'));
const report = { node: process.versions.node, ...getBackendInfo(), cpus: os.cpus().length, kernel: os.release(), rounds, cases: {} };
console.log(`Node.js ${report.node}, ${report.backend}, ${report.cpus} processors, Linux ${report.kernel}, ${rounds} rounds`);
try {
  for (const [name, prepare] of Object.entries(makeCases(dir, values.quick))) {
    if (!name.includes(values.only)) continue;
    const made = await prepare();
    if (made.skip) {
      console.log(`\n${name}: left out: ${made.skip}`);
      continue;
    }
    const results = summary(await measure(made.contenders), made.base);
    report.cases[name] = results;
    print(made.title, made.unit, results, made.base);
    await made.close();
  }
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

const hot = report.cases['hot-read'];
if (hot) {
  const samples = Object.fromEntries(Object.entries(hot).map(([name, result]) => [name, result.samples]));
  report.judged = { toReadSync: ratio(samples, 'ayafileio read', 'fs.readSync'), fasterThanFileHandle: ratio(samples, 'FileHandle.read', 'ayafileio read') };
  console.log(`\nan awaited cached 4 KiB read: ${report.judged.toReadSync.toFixed(2)} × fs.readSync (at most 2), ${report.judged.fasterThanFileHandle.toFixed(1)} times faster than FileHandle.read (at least 6)`);
}
if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
