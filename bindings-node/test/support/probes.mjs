// What the suite measures about its own process and its event loop.

import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Open descriptors of this process and what each one points to. */
export function descriptors() {
  const found = new Map();
  for (const name of fs.readdirSync('/proc/self/fd')) {
    try {
      found.set(Number(name), fs.readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // the descriptor of this very listing
    }
  }
  return found;
}

/** How many descriptors of this process are open on one file. */
export function openOn(file) {
  const wanted = fs.realpathSync(file);
  return [...descriptors().values()].filter((target) => target === wanted).length;
}

/** Threads of this process as the kernel counts them, Go's included. */
export function threads() {
  return fs.readdirSync('/proc/self/task').length;
}

/** Resident bytes of this process. */
export function residentBytes() {
  return Number(fs.readFileSync('/proc/self/statm', 'latin1').split(' ')[1]) * 4096;
}

/** Whether a condition comes true soon: what happens in the background gets time, not a guess. */
export async function settles(condition, milliseconds = 10_000) {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    globalThis.gc?.();
    await sleep(5);
  }
  return true;
}

/** Runs work while a timer ticks each millisecond; says how often it ticked and the longest gap in milliseconds. */
export async function withTicks(work) {
  let last = performance.now();
  let longest = 0;
  let count = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    count++;
  }, 1);
  const began = performance.now();
  try {
    await work();
    await sleep(2); // a stall at the very end shows only at the next tick
  } finally {
    clearInterval(timer);
  }
  return { longest, count, elapsed: performance.now() - began };
}

/**
 * Fails if the loop stands still each time that work is done. A busy machine takes the processor away from anybody
 * now and then, but not eight times in a row within the same piece of work; what holds up the loop does it every time.
 */
export async function neverStalls(work, limit = 60, between = () => {}) {
  const gaps = [];
  for (let round = 0; round < 8; round++) {
    const { longest } = await withTicks(work);
    gaps.push(Math.round(longest));
    if (longest < limit) return;
    await between();
  }
  throw new Error(`the loop stood still for ${gaps.join(', ')} ms`);
}
