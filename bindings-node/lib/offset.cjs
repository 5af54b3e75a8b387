'use strict';

// The position belongs to the handle, not to the descriptor; that is what keeps reads in flight disjoint. But a program
// that has asked for `fd` may go on with the descriptor, by fs.read or another library, and expects one position. From
// then on it is kept in both places: taken from the descriptor before an operation at the position starts, given back
// when the last one is done. Handles whose `fd` nobody asks for pay nothing.

const { start } = require('./engine.cjs');
const { SEEK, STATUS: ANSWER, LANES } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { OUT, STATUS, get64, native, signed } = require('./memory.cjs');

const { ERROR, RESULT } = LANES.COMPLETION;

const number = (result) => result;

/** The result of an operation that ends at once; -1 when it does not, or fails. */
function atOnce() {
  native.attempt();
  if (signed[STATUS] !== ANSWER.DONE || signed[OUT + ERROR] !== 0) return -1;
  return get64(OUT + RESULT);
}

function seekAtOnce(low, high, offset) {
  ops.seek(low, high, offset, SEEK.START);
  return atOnce();
}

/** The position; -1 where there is none. After an append it is the end of the file, which has to be asked for. */
function tell(handle, state) {
  ops.tell(state.low, state.high);
  const position = atOnce();
  if (position >= 0) return position;
  ops.tell(state.low, state.high);
  return start(handle, 'lseek', undefined, number).catch(() => -1);
}

async function seek(handle, state, offset) {
  if (offset < 0 || seekAtOnce(state.low, state.high, offset) >= 0) return;
  ops.seek(state.low, state.high, offset, SEEK.START);
  await start(handle, 'lseek', undefined, number).catch(number);
}

/** The position becomes the descriptor's offset. */
async function give(handle, state) {
  const position = await tell(handle, state);
  if (position >= 0 && state.open) native.setOffset(state.fd, position);
}

/** Somebody asks for the descriptor. */
function expose(state) {
  if (state.exposed) return;
  state.exposed = true;
  ops.tell(state.low, state.high);
  const position = atOnce();
  if (position >= 0) native.setOffset(state.fd, position);
}

/** Runs an operation at the position of an exposed handle. */
async function shared(handle, state, operation) {
  if (state.atPosition++ === 0) seekAtOnce(state.low, state.high, native.offset(state.fd));
  try {
    return await operation();
  } finally {
    if (--state.atPosition === 0 && state.open) await give(handle, state);
  }
}

module.exports = { expose, seek, seekAtOnce, shared, tell };
