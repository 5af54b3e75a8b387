'use strict';

// The position. A seek ends at once, and so does what it is followed by when that is in memory.

const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const { invalidValue } = require('./errors.cjs');
const { SEEK } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { shared } = require('./offset.cjs');
const { opened } = require('./state.cjs');

const WHENCE = new Map([['start', SEEK.START], ['position', SEEK.POSITION], ['end', SEEK.END]]);

const number = (result) => result;

async function seek(handle, offset, whence = 'start') {
  const state = opened(handle, 'lseek');
  if (typeof offset !== 'bigint') check.integer(offset, 'offset');
  const from = WHENCE.get(whence);
  if (from === undefined) throw invalidValue('whence', whence, `must be one of: 'start', 'position', 'end'`);
  const operation = () => {
    ops.seek(state.low, state.high, offset, from);
    return start(handle, 'lseek', undefined, number);
  };
  return state.exposed ? shared(handle, state, operation) : operation();
}

module.exports = { seek };
