'use strict';

// The host's own Stats objects, made of what the library says: `stats instanceof fs.Stats` holds, and methods and dates
// are the host's.

const fs = require('node:fs');
const { LANES } = require('./generated/layout.cjs');

const STAT = LANES.STAT;
const HIGH = 4294967296;

/** The room that the operation fills. */
function statMemory() {
  return new Uint32Array(STAT.LANE_COUNT);
}

const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'];
const SECONDS = [STAT.ACCESSED_S, STAT.MODIFIED_S, STAT.CHANGED_S, STAT.CREATED_S];
const NANOSECONDS = [STAT.ACCESSED_NS, STAT.MODIFIED_NS, STAT.CHANGED_NS, STAT.CREATED_NS];
const NUMBERS = [
  ['dev', STAT.DEVICE, 2], ['mode', STAT.MODE, 1], ['nlink', STAT.LINKS, 2], ['uid', STAT.UID, 1],
  ['gid', STAT.GID, 1], ['rdev', STAT.SPECIAL_DEVICE, 2], ['blksize', STAT.BLOCK_SIZE, 1], ['ino', STAT.INODE, 2],
  ['size', STAT.SIZE, 2], ['blocks', STAT.BLOCKS, 2],
];

let samples;

/** Objects of the host, whose constructors are used: the one that fs exports is deprecated, this is not. */
function sample(bigint) {
  samples ??= [fs.statSync(__filename), fs.statSync(__filename, { bigint: true })];
  return samples[bigint ? 1 : 0];
}

function number(memory, lane, width) {
  return width === 1 ? memory[lane] : (memory[lane + 1] | 0) * HIGH + memory[lane];
}

function big(memory, lane, width) {
  const low = BigInt(memory[lane]);
  return width === 1 ? low : (BigInt(memory[lane + 1] | 0) << 32n) | low;
}

function plainStats(memory) {
  const values = NUMBERS.map(([, lane, width]) => number(memory, lane, width));
  const seconds = SECONDS.map((lane) => number(memory, lane, 2));
  const nanoseconds = NANOSECONDS.map((lane) => memory[lane]);
  const milliseconds = seconds.map((s, i) => s * 1000 + nanoseconds[i] / 1e6);
  const Stats = sample(false).constructor;
  if (Stats.length === 14) return new Stats(...values, ...milliseconds);
  if (Stats.length === 18) return new Stats(...values, ...seconds.flatMap((s, i) => [s, nanoseconds[i]]));
  return assembled(false, values, milliseconds);
}

function bigStats(memory) {
  const values = NUMBERS.map(([, lane, width]) => big(memory, lane, width));
  const nanoseconds = SECONDS.map((lane, i) => big(memory, lane, 2) * 1000000000n + BigInt(memory[NANOSECONDS[i]]));
  const Stats = sample(true).constructor;
  if (Stats.length === 14) return new Stats(...values, ...nanoseconds);
  const stats = assembled(true, values, nanoseconds.map((ns) => ns / 1000000n));
  TIMES.forEach((name, i) => {
    stats[`${name}Ns`] = nanoseconds[i];
  });
  return stats;
}

/** For hosts whose constructor takes nothing: an object of the same prototype, with the same fields. */
function assembled(bigint, values, milliseconds) {
  const stats = Object.create(Object.getPrototypeOf(sample(bigint)));
  NUMBERS.forEach(([name], i) => {
    stats[name] = values[i];
  });
  TIMES.forEach((name, i) => {
    stats[`${name}Ms`] = milliseconds[i];
    const value = new Date(Math.round(Number(milliseconds[i])));
    Object.defineProperty(stats, name, { value, writable: true, enumerable: true, configurable: true });
  });
  return stats;
}

module.exports = { bigStats, plainStats, statMemory };
