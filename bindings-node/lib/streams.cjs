'use strict';

// Streams over a handle: Node's own ReadStream and WriteStream, web streams, and readline.

const fs = require('node:fs');
const readline = require('node:readline');
const check = require('./arguments.cjs');
const { major } = require('./runtime.cjs');
const { hold, letGo } = require('./close.cjs');
const { invalidState } = require('./errors.cjs');
const { isAdopted } = require('./host.cjs');
const { kState } = require('./state.cjs');

/** Where the host does not take our handle for its own: the file operations of a stream, over the handle. */
function operations(handle) {
  return {
    open() {
      throw new Error('the file is open already');
    },
    read(_, buffer, offset, length, position, callback) {
      handle.read(buffer, offset, length, position).then(
        (result) => callback(null, result.bytesRead, result.buffer),
        (error) => callback(error, 0, buffer),
      );
    },
    write(_, buffer, offset, length, position, callback) {
      handle.write(buffer, offset, length, position).then(
        (result) => callback(null, result.bytesWritten, result.buffer),
        (error) => callback(error, 0, buffer),
      );
    },
    writev(_, buffers, position, callback) {
      handle.writev(buffers, position).then(
        (result) => callback(null, result.bytesWritten, result.buffers),
        (error) => callback(error, 0, buffers),
      );
    },
    fsync(_, callback) {
      handle.sync().then(() => callback(null), callback);
    },
    close(_, callback) {
      letGo(handle);
      handle.close().then(() => callback(null), callback);
    },
  };
}

function create(handle, Stream, options) {
  const state = handle[kState];
  if (state.open && !isAdopted()) {
    const stream = new Stream('', { ...options, fd: state.fd, fs: operations(handle) });
    hold(handle);
    handle.on('close', () => stream.close());
    return stream;
  }
  // The stream takes the descriptor's number as a sign that it is open, and reads through the handle.
  state.lent = true;
  try {
    return new Stream(undefined, { ...options, fd: handle });
  } finally {
    state.lent = false;
  }
}

function createReadStream(handle, options) {
  return create(handle, fs.ReadStream, options);
}

function createWriteStream(handle, options) {
  return create(handle, fs.WriteStream, options);
}

function readLines(handle, options) {
  return readline.createInterface({ input: handle.createReadStream(options), crlfDelay: Infinity });
}

const CHUNK = 16384;

/** The source of a web stream of bytes. Closing the handle ends the stream, whoever reads it. */
class Source {
  type = 'bytes';
  autoAllocateChunkSize = CHUNK;

  constructor(handle, autoClose) {
    this.handle = handle;
    this.autoClose = autoClose;
    this.controller = undefined;
    this.reading = false;
    this.ending = false;
    this.finished = false;
  }

  start(controller) {
    this.controller = controller;
  }

  async pull(controller) {
    const { view } = controller.byobRequest;
    this.reading = true;
    let bytesRead = 0;
    try {
      ({ bytesRead } = await this.handle.read(view, 0, view.byteLength, null));
    } catch (error) {
      await this.finish();
      throw error;
    } finally {
      this.reading = false;
    }
    if (bytesRead > 0 && !this.ending) {
      controller.byobRequest.respond(bytesRead);
      return;
    }
    this.end();
    await this.finish();
  }

  async cancel() {
    await this.finish();
  }

  /** The handle is being closed. What the kernel still writes to is left alone until it is done. */
  closed() {
    this.ending = true;
    if (this.reading || this.finished) return;
    this.end();
    void this.finish();
  }

  end() {
    try {
      this.controller.close();
      this.controller.byobRequest?.respond(0);
    } catch {
      // Cancelled already.
    }
  }

  async finish() {
    if (this.finished) return;
    this.finished = true;
    letGo(this.handle);
    if (this.autoClose) await this.handle.close();
  }
}

/** Node before 22 makes another kind of stream unless it is asked for bytes: its chunks are ArrayBuffers. */
class BufferSource extends Source {
  type = undefined;
  autoAllocateChunkSize = undefined;

  async pull(controller) {
    const buffer = new Uint8Array(CHUNK);
    this.reading = true;
    const { bytesRead } = await this.handle.read(buffer, 0, CHUNK, null).finally(() => {
      this.reading = false;
    });
    if (bytesRead > 0 && !this.ending) {
      controller.enqueue(buffer.buffer.slice(0, bytesRead));
      return;
    }
    this.end();
    await this.finish();
  }

  end() {
    try {
      this.controller.close();
    } catch {
      // Cancelled already.
    }
  }
}

function readableWebStream(handle, options = {}) {
  const state = handle[kState];
  if (!state.open) throw invalidState('The FileHandle is closed');
  if (state.closing !== undefined) throw invalidState('The FileHandle is closing');
  if (state.locked) throw invalidState('The FileHandle is locked');
  state.locked = true;
  const source = makeSource(handle, options);
  const stream = new ReadableStream(source);
  hold(handle);
  handle.once('close', () => source.closed());
  return stream;
}

function makeSource(handle, options) {
  if (major < 22) {
    if (options.type !== undefined && typeof options.type !== 'string') check.string(options.type, 'options.type');
    return options.type === 'bytes' ? new Source(handle, false) : new BufferSource(handle, false);
  }
  check.object(options, 'options');
  const { type = 'bytes', autoClose = false } = options;
  check.boolean(autoClose, 'options.autoClose');
  if (type !== 'bytes') {
    process.emitWarning(
      'A non-"bytes" options.type has no effect. A byte-oriented steam is always created.',
      'ExperimentalWarning',
    );
  }
  return new Source(handle, autoClose);
}

module.exports = { createReadStream, createWriteStream, readLines, readableWebStream };
