'use strict';

// Operations that wait for a signal. However many there are, the signal has one listener: more than ten would make Node
// warn of a leak.

const watched = new WeakMap();

class Watch {
  constructor(signal) {
    this.signal = signal;
    this.operations = new Set();
    signal.addEventListener('abort', this, { once: true });
  }

  handleEvent() {
    for (const operation of this.operations) operation.cancel();
  }
}

/** Calls operation.cancel() when the signal is aborted. */
function watch(signal, operation) {
  let watcher = watched.get(signal);
  if (watcher === undefined) {
    watcher = new Watch(signal);
    watched.set(signal, watcher);
  }
  watcher.operations.add(operation);
}

function unwatch(signal, operation) {
  const watcher = watched.get(signal);
  if (watcher === undefined) return;
  watcher.operations.delete(operation);
  if (watcher.operations.size > 0) return;
  watched.delete(signal);
  signal.removeEventListener('abort', watcher);
}

module.exports = { unwatch, watch };
