'use strict';

// A handle that postMessage transfers to another thread arrives there as a handle of Node's own, with a duplicate of
// the descriptor at the same position. Here it is closed.

const { major } = require('./runtime.cjs');
const { inFlight } = require('./engine.cjs');
const { forgetLoss } = require('./lost.cjs');
const { native } = require('./memory.cjs');
const { expose } = require('./offset.cjs');
const { kState } = require('./state.cjs');

/** Node asks for this first: what goes along with the handle. */
function transferList(handle, Native) {
  const state = handle[kState];
  const used = state.closing !== undefined || state.users > 0 || inFlight(handle);
  if (!state.open || used || Native === undefined) {
    throw new DOMException('Cannot transfer FileHandle while in use', 'DataCloneError');
  }
  expose(state); // the position goes along
  state.leaving = new Native(native.duplicate(state.fd));
  return [state.leaving];
}

function transfer(handle) {
  const state = handle[kState];
  const { leaving } = state;
  state.leaving = undefined;
  state.open = false;
  if (major >= 22) state.reason = 'The FileHandle has been transferred';
  forgetLoss(handle);
  native.dispose(state.low, state.high);
  return { data: { handle: leaving }, deserializeInfo: 'internal/fs/promises:FileHandle' };
}

module.exports = { transfer, transferList };
