'use strict';

// The end of a handle: close, and what happens when nobody calls it.

const { setImmediate: nextTurn } = require('node:timers/promises');
const { inFlight, start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { forgetLoss } = require('./lost.cjs');
const { kState } = require('./state.cjs');

function closed(_, state) {
  state.closing = undefined;
}

/** Closes the descriptor; waits for what is in flight. */
function release(handle, state) {
  state.open = false;
  forgetLoss(handle);
  ops.close(state.low, state.high);
  return start(handle, 'close', undefined, closed, state);
}

/** While streams or functions of Node hold the handle, closing waits for them, and the handle goes on working. */
function closeLater(handle, state) {
  const released = async () => {
    await release(handle, state);
    // A stream that has let go says that it is closed before we do, as with Node's handles.
    await nextTurn();
  };
  return new Promise((resolve) => {
    state.released = () => {
      state.closing = undefined;
      resolve(released());
    };
  });
}

/** As Node's: one promise while closing has to wait for others, and nothing to wait for afterwards. */
function close(handle) {
  const state = handle[kState];
  if (state.closing !== undefined) return state.closing;
  if (!state.open) return Promise.resolve();
  const waits = state.users > 0 || inFlight(handle);
  const closing = state.users > 0 ? closeLater(handle, state) : release(handle, state);
  if (waits) state.closing = closing;
  handle.emit('close');
  return closing;
}

function hold(handle) {
  handle[kState].users++;
}

function letGo(handle) {
  const state = handle[kState];
  if (--state.users > 0 || state.released === undefined) return;
  const { released } = state;
  state.released = undefined;
  released();
}

module.exports = { close, hold, letGo };
