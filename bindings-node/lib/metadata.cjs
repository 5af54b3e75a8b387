'use strict';

// Metadata and size.

const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { opened } = require('./state.cjs');
const { bigStats, plainStats, statMemory } = require('./stats.cjs');

const USER_MAX = 2 ** 32 - 1;
const PERMISSIONS = 0o7777;

function nothing() {}

async function stat(handle, options = { bigint: false }) {
  const state = opened(handle, 'fstat');
  if (check.major >= 26) check.object(options, 'options');
  const { bigint, signal } = options;
  check.abortSignal(signal, 'options.signal');
  check.notAborted(signal);
  const memory = statMemory();
  ops.stat(state.low, state.high, 0);
  return start(handle, 'fstat', memory, (_, filled) => (bigint ? bigStats(filled) : plainStats(filled)), memory, signal);
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

/** Seconds with a fraction, as whole seconds and nanoseconds. A number has room for microseconds. */
function split(time) {
  const seconds = Math.floor(time);
  const microseconds = Math.round((time - seconds) * 1e6);
  return microseconds < 1e6 ? [seconds, microseconds * 1000] : [seconds + 1, 0];
}

async function utimes(handle, atime, mtime) {
  const state = opened(handle, 'futimes');
  const [accessed, accessedNs] = split(check.time(atime, 'atime'));
  const [modified, modifiedNs] = split(check.time(mtime, 'mtime'));
  ops.setTimes(state.low, state.high, accessed, modified, accessedNs, modifiedNs);
  return start(handle, 'futime', undefined, nothing);
}

async function truncate(handle, length = 0) {
  const state = opened(handle, 'ftruncate');
  check.integer(length, 'len');
  ops.truncate(state.low, state.high, Math.max(0, length));
  return start(handle, 'ftruncate', undefined, nothing);
}

module.exports = { chmod, chown, stat, truncate, utimes };
