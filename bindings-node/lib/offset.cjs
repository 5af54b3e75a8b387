'use strict';

// The position belongs to the handle, not to the descriptor; that is what keeps reads in flight disjoint. But a program
// that has asked for `fd` may go on with the descriptor, by fs.read or another library, and expects one position. From
// then on it is kept in both places: taken from the descriptor before an operation at the position starts, given back
// when the last one is done. Handles whose `fd` nobody asks for pay nothing.

const { SEEK, STATUS: ANSWER, LANES } = require('./generated/layout.cjs');
const { OUT, STATUS, get64, native, signed } = require('./memory.cjs');
const ops = require('./generated/ops.cjs');

const { ERROR, RESULT } = LANES.COMPLETION;

/** The result of an operation that ends at once; -1 when it did not. */
function atOnce() {
  native.submit();
  if (signed[STATUS] !== ANSWER.DONE || signed[OUT + ERROR] !== 0) return -1;
  return get64(OUT + RESULT);
}

function tellAtOnce(low, high) {
  ops.tell(low, high);
  return atOnce();
}

function give(state) {
  const position = tellAtOnce(state.low, state.high);
  if (position >= 0) native.setOffset(state.fd, position);
}

function seekAtOnce(low, high, offset) {
  ops.seek(low, high, offset, SEEK.START);
  atOnce();
}

function take(state) {
  const offset = native.offset(state.fd);
  if (offset >= 0) seekAtOnce(state.low, state.high, offset);
}

/** Somebody asks for the descriptor. */
function expose(state) {
  if (state.exposed) return;
  state.exposed = true;
  state.atPosition = 0;
  give(state);
}

/** Runs an operation at the position of an exposed handle. */
function shared(state, operation) {
  if (state.atPosition++ === 0) take(state);
  return operation().finally(() => {
    if (--state.atPosition === 0 && state.open) give(state);
  });
}

module.exports = { expose, seekAtOnce, shared, tellAtOnce };
