'use strict';

// A handle that is collected without having been closed: its descriptor is released, and it is reported as the running
// Node reports its own. And what is still gathered when the process ends.

const { isMainThread } = require('node:worker_threads');
const { coded } = require('./errors.cjs');
const { isNode, major } = require('./runtime.cjs');
const { native } = require('./memory.cjs');

let deprecationShown = false;

function report(fd, path) {
  if (isNode && major >= 25) {
    const where = path === undefined ? '' : ` (${path})`;
    throw coded(
      Error,
      'ERR_INVALID_STATE',
      'A FileHandle object was closed during garbage collection. This used to be allowed with a deprecation warning ' +
        'but is now considered an error. Please close FileHandle objects explicitly. ' +
        `File descriptor: ${fd}${where}`,
    );
  }
  process.emitWarning(`Closing file descriptor ${fd} on garbage collection`);
  if (deprecationShown) return;
  deprecationShown = true;
  process.emitWarning(
    'Closing a FileHandle object on garbage collection is deprecated. Please close FileHandle objects explicitly ' +
      'using FileHandle.prototype.close(). In the future, an error will be thrown if a file descriptor is closed ' +
      'during garbage collection.',
    'DeprecationWarning',
    'DEP0137',
  );
}

const registry = new FinalizationRegistry((state) => {
  const fd = state.fd;
  native.dispose(state.low, state.high);
  report(fd, state.path);
});

function watchForLoss(handle, state) {
  registry.register(handle, state, handle);
}

function forgetLoss(handle) {
  registry.unregister(handle);
}

let exitWatched = false;

/** A file gathers writes: what is still there when the process ends, by itself or by process.exit, is pushed. */
function pushAtExit() {
  if (exitWatched || !isMainThread) return;
  exitWatched = true;
  process.on('exit', () => native.pushAll());
}

module.exports = { forgetLoss, pushAtExit, watchForLoss };
