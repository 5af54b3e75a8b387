'use strict';

// Metadata and size.

const check = require('./arguments.cjs');
const { major } = require('./runtime.cjs');
const { start } = require('./engine.cjs');
const { systemError } = require('./errors.cjs');
const { NUMBERS } = require('./generated/errors.cjs');
const ops = require('./generated/ops.cjs');
const { opened } = require('./state.cjs');
const { bigStats, plainStats, statMemory } = require('./stats.cjs');

const USER_MAX = 2 ** 32 - 1;
const PERMISSIONS = 0o7777;

function nothing() {}

async function stat(handle, options = { bigint: false }) {
  const state = opened(handle, 'fstat');
  if (major >= 26) check.object(options, 'options');
  const { bigint, signal } = options;
  check.abortSignal(signal, 'options.signal');
  check.notAborted(signal);
  const memory = statMemory();
  ops.stat(state.low, state.high, 0);
  return start(handle, 'fstat', memory, (_, filled) => (bigint === true ? bigStats(filled) : plainStats(filled)), memory, signal);
}

async function chmod(handle, mode) {
  const state = opened(handle, 'fchmod');
  ops.chmod(state.low, state.high, check.mode(mode, 'mode') & PERMISSIONS);
  return start(handle, 'fchmod', undefined, nothing);
}

async function chown(handle, uid, gid) {
  const state = opened(handle, 'fchown');
  check.integer(uid, 'uid', -1, USER_MAX);
  check.integer(gid, 'gid', -1, USER_MAX);
  ops.chown(state.low, state.high, uid, gid);
  return start(handle, 'fchown', undefined, nothing);
}

/** How many parts a second has for the libuv of this Node. */
const PARTS = major < 22 ? 1e6 : 1e9;

/** Seconds with a fraction, as whole seconds and nanoseconds, cut off as libuv does. */
function split(time) {
  const seconds = Math.floor(time);
  const whole = PARTS === 1e6 && time >= 0;
  const parts = whole ? Math.trunc(time * PARTS) % PARTS : Math.trunc((time - seconds) * PARTS);
  return [seconds, Math.min(999999999, parts * (1e9 / PARTS))];
}

/** A date that is none leaves the time as it is; before Node 22 it is refused. */
async function timeOf(handle, time, name) {
  if (!Number.isNaN(time)) return split(time);
  if (major < 22) throw systemError(NUMBERS.EINVAL, 0, 'futime', undefined);
  const before = (await stat(handle, { bigint: true }))[`${name}Ns`];
  const seconds = before / 1000000000n;
  return [seconds, Number(before - seconds * 1000000000n)];
}

async function utimes(handle, atime, mtime) {
  const state = opened(handle, 'futimes');
  const times = [check.time(atime, 'atime'), check.time(mtime, 'mtime')];
  const kept = times.some(Number.isNaN);
  const [accessed, accessedNs] = kept ? await timeOf(handle, times[0], 'atime') : split(times[0]);
  const [modified, modifiedNs] = kept ? await timeOf(handle, times[1], 'mtime') : split(times[1]);
  ops.setTimes(state.low, state.high, accessed, modified, accessedNs, modifiedNs);
  return start(handle, 'futime', undefined, nothing);
}

async function truncate(handle, length = 0) {
  const state = opened(handle, 'ftruncate');
  check.integer(length, 'len');
  // What the system says of a descriptor that is not open for writing.
  if (!state.writable) throw systemError(NUMBERS.EINVAL, 0, 'ftruncate', undefined);
  ops.truncate(state.low, state.high, Math.max(0, length));
  return start(handle, 'ftruncate', undefined, nothing);
}

module.exports = { chmod, chown, stat, truncate, utimes };
