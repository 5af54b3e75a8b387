'use strict';

// The class that open gives: every method of Node's own FileHandle, and what this package adds.

const EventEmitter = require('node:events');
const { close } = require('./close.cjs');
const { watchForLoss } = require('./lost.cjs');
const metadata = require('./metadata.cjs');
const { read, readv } = require('./read.cjs');
const { State, kState } = require('./state.cjs');
const { readFile, writeFile } = require('./whole.cjs');
const { write, writev } = require('./write.cjs');

class FileHandle extends EventEmitter {
  constructor(low, high, path, append) {
    super();
    const state = new State(low, high, path, append);
    Object.defineProperty(this, kState, { value: state });
    // Like Node's, it can be taken off the handle and called alone.
    this.close = () => close(this);
    watchForLoss(this, state);
  }

  get fd() {
    const state = this[kState];
    return state.open ? state.fd : -1;
  }

  read(buffer, offset, length, position) {
    return read(this, buffer, offset, length, position);
  }

  readv(buffers, position) {
    return readv(this, buffers, position);
  }

  readFile(options) {
    return readFile(this, options);
  }

  write(buffer, offset, length, position) {
    return write(this, buffer, offset, length, position);
  }

  writev(buffers, position) {
    return writev(this, buffers, position);
  }

  writeFile(data, options) {
    return writeFile(this, data, options);
  }

  appendFile(data, options) {
    return writeFile(this, data, options);
  }

  stat(options) {
    return metadata.stat(this, options);
  }

  chmod(mode) {
    return metadata.chmod(this, mode);
  }

  chown(uid, gid) {
    return metadata.chown(this, uid, gid);
  }

  utimes(atime, mtime) {
    return metadata.utimes(this, atime, mtime);
  }

  truncate(length) {
    return metadata.truncate(this, length);
  }

  sync() {
    return metadata.sync(this);
  }

  datasync() {
    return metadata.datasync(this);
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }
}

module.exports = { FileHandle };
