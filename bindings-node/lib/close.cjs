'use strict';

// The end of a handle: close, and what happens when nobody calls it.

const { start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { forgetLoss } = require('./lost.cjs');
const { kState } = require('./state.cjs');

function nothing() {}

/** Closes the descriptor; waits for what is in flight. */
function release(handle, state) {
  state.open = false;
  forgetLoss(handle);
  ops.close(state.low, state.high);
  return start(handle, 'close', undefined, nothing).finally(() => {
    state.closing = undefined;
  });
}

/** A promise, the same one until it is settled. While streams or functions of Node hold the handle, it waits for them,
 * and the handle goes on working. */
function close(handle) {
  const state = handle[kState];
  if (state.closing !== undefined) return state.closing;
  if (!state.open) return Promise.resolve();
  state.closing =
    state.users === 0
      ? release(handle, state)
      : new Promise((resolve) => {
          state.released = () => resolve(release(handle, state));
        });
  const { closing } = state;
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
