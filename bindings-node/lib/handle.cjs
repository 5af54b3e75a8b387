'use strict';

// The class that open gives: every method of Node's own FileHandle, and what this package adds.

const EventEmitter = require('node:events');
const { close } = require('./close.cjs');
const methods = require('./generated/methods.cjs');
const { lines } = require('./lines.cjs');
const { pushAtExit, watchForLoss } = require('./lost.cjs');
const many = require('./many.cjs');
const metadata = require('./metadata.cjs');
const { expose } = require('./offset.cjs');
const { read, readv } = require('./read.cjs');
const { seek } = require('./seek.cjs');
const { State, asyncId, kState } = require('./state.cjs');
const streams = require('./streams.cjs');
const { readFile, writeFile } = require('./whole.cjs');
const { write, writev } = require('./write.cjs');

class FileHandle extends EventEmitter {
  constructor(low, high, path, access) {
    super();
    const state = new State(low, high, path, access);
    Object.defineProperty(this, kState, { value: state });
    // Like Node's, it can be taken off the handle and called alone.
    this.close = () => close(this);
    watchForLoss(this, state);
    if (access.buffered) pushAtExit();
  }

  /** The descriptor. Whoever asks for it may use it beside the handle. */
  get fd() {
    const state = this[kState];
    if (!state.open) return -1;
    if (!state.lent) expose(state);
    return state.fd;
  }

  getAsyncId() {
    return asyncId(this[kState]);
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

  createReadStream(options) {
    return streams.createReadStream(this, options);
  }

  createWriteStream(options) {
    return streams.createWriteStream(this, options);
  }

  readLines(options) {
    return streams.readLines(this, options);
  }

  readableWebStream(options) {
    return streams.readableWebStream(this, options);
  }

  lines(options) {
    return lines(this, options);
  }

  [Symbol.asyncIterator]() {
    return lines(this);
  }

  readAt(target, offset, options) {
    return many.readAt(this, target, offset, options);
  }

  writeAt(data, offset, options) {
    return many.writeAt(this, data, offset, options);
  }

  readMany(requests, options) {
    return many.readMany(this, requests, options);
  }

  writeMany(requests, options) {
    return many.writeMany(this, requests, options);
  }

  seek(offset, whence) {
    return seek(this, offset, whence);
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


  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(FileHandle.prototype, name, { value, writable: true, configurable: true });
}

module.exports = { FileHandle };
