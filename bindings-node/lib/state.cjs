'use strict';

// What a FileHandle has of its own, out of sight of the user.

const { AsyncResource } = require('node:async_hooks');
const { native } = require('./memory.cjs');
const { closedError } = require('./errors.cjs');

const kState = Symbol('ayafileio');

class State {
  constructor(low, high, path, { append, writable }) {
    this.low = low;
    this.high = high;
    this.path = path;
    this.append = append;
    this.writable = writable;
    this.open = true;
    this.reason = undefined; // why it is not open any more, if it was not closed
    this.locked = false; // by a web stream
    this.closing = undefined; // the promise of close
    this.users = 0; // streams that hold it
    this.released = undefined; // called when the last of them has let go
    this.descriptor = -1;
    this.lent = false; // a stream of ours asks for it, and does not use it
    this.exposed = false; // somebody has asked for the descriptor
    this.leaving = undefined; // what is being transferred to another thread
    this.resource = undefined; // for async_hooks, once it is asked for
    this.atPosition = 0; // operations in flight at the position of an exposed handle
  }

  get fd() {
    if (this.descriptor < 0) this.descriptor = native.fileDescriptor(this.low, this.high);
    return this.descriptor;
  }
}

/** The state of an open handle; what a method throws otherwise. */
function opened(handle, syscall) {
  const state = handle[kState];
  if (state === undefined) {
    const error = new Error('handle must be an instance of FileHandle');
    error.code = 'ERR_INTERNAL_ASSERTION';
    throw error;
  }
  if (!state.open) throw closedError(syscall, state.reason);
  return state;
}

function asyncId(state) {
  state.resource ??= new AsyncResource('FILEHANDLE', { requireManualDestroy: false });
  return state.resource.asyncId();
}

module.exports = { State, asyncId, kState, opened };
