'use strict';

// The end of a handle: close, and what happens when nobody calls it.

const { start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { kState } = require('./state.cjs');
const { watchForLoss, forgetLoss } = require('./lost.cjs');

function nothing() {}

/** Closes the descriptor; waits for what is in flight. */
function release(handle, state) {
  forgetLoss(handle);
  ops.close(state.low, state.high);
  return start(handle, 'close', undefined, nothing).finally(() => {
    state.closing = undefined;
  });
}

function close(handle) {
  const state = handle[kState];
  if (state.closing !== undefined) return state.closing;
  if (!state.open) return Promise.resolve();
  state.open = false;
  // Node's own functions (fs.promises.readFile(handle), streams) work on the descriptor while they hold the handle.
  state.closing =
    state.users === 0
      ? release(handle, state)
      : new Promise((resolve) => {
          state.released = () => resolve(release(handle, state));
        });
  const closing = state.closing;
  handle.emit('close');
  return closing;
}

module.exports = { close, watchForLoss };
