'use strict';

// write in its shapes, and writev.

const { Buffer } = require('node:buffer');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { GATHER_MAX, totalOf } = require('./read.cjs');
const { native } = require('./memory.cjs');
const { seek, shared, tell } = require('./offset.cjs');
const { writeResult, writevResult } = require('./results.cjs');
const { opened } = require('./state.cjs');

/** Runs what writes at `place`; -1 is the position. */
function placed(handle, state, place, operation) {
  return place === -1 && state.exposed ? shared(handle, state, operation) : operation();
}

/** A write with a position still goes to the end of a file opened for append, but leaves the position where it is. */
async function appended(handle, state, memory, offset, length, finish, value) {
  const position = state.exposed ? native.offset(state.fd) : await tell(handle, state);
  submission(state, offset, length, -1);
  const result = await start(handle, 'write', memory, finish, value);
  await seek(handle, state, position);
  // The system's own append has moved the descriptor's offset.
  if (state.exposed && state.open) native.setOffset(state.fd, position);
  return result;
}

function submit(handle, state, memory, offset, length, place, finish, value) {
  if (place !== -1 && state.append) return appended(handle, state, memory, offset, length, finish, value);
  submission(state, offset, length, place);
  return start(handle, 'write', memory, finish, value);
}

function submission(state, offset, length, place) {
  if (place === -1) ops.write(state.low, state.high, offset, length);
  else ops.writeAt(state.low, state.high, offset, length, place);
}

function write(handle, data, second, length, position) {
  try {
    const state = opened(handle, 'write');
    if (data?.byteLength === 0) return Promise.resolve(writeResult(0, data));
    if (!check.isView(data)) return writeText(handle, state, data, second, length);
    let offset = second;
    if (typeof offset === 'object') {
      ({ offset = 0, length = data.byteLength - offset, position = null } = second ?? {});
    }
    if (offset === null || offset === undefined) offset = 0;
    else check.integer(offset, 'offset', 0);
    if (typeof length !== 'number') length = data.byteLength - offset;
    const place = check.looselyPlaced(position);
    check.writeRange(offset, length, data.byteLength);
    if (place === -1 && state.exposed) {
      return shared(handle, state, () => submit(handle, state, data, offset, length, -1, writeResult, data));
    }
    return submit(handle, state, data, offset, length, place, writeResult, data);
  } catch (error) {
    return Promise.reject(error);
  }
}

function writeText(handle, state, data, position, encoding) {
  const bytes = check.text(data, 'buffer', encoding);
  const place = check.looselyPlaced(position);
  return placed(handle, state, place, () => submit(handle, state, bytes, 0, bytes.length, place, writeResult, data));
}

function writev(handle, buffers, position) {
  try {
    const state = opened(handle, 'writev');
    check.buffers(buffers);
    const place = check.looselyPlaced(position);
    const finished = (bytesWritten) => writevResult(bytesWritten, buffers);
    const length = totalOf(buffers);
    if (buffers.length === 0) return Promise.resolve(finished(0));
    if (length > GATHER_MAX) return placed(handle, state, place, () => writeEach(handle, state, buffers, place)).then(finished);
    const views = buffers.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const all = Buffer.concat(views, length);
    return placed(handle, state, place, () => submit(handle, state, all, 0, length, place, finished));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Places are reserved in the order of submission, so the parts lie one behind the other. */
async function writeEach(handle, state, buffers, place) {
  const writes = [];
  let to = place;
  for (const view of buffers) {
    if (view.byteLength === 0) continue;
    writes.push(submit(handle, state, view, 0, view.byteLength, to, (bytesWritten) => bytesWritten));
    if (to !== -1) to += typeof to === 'bigint' ? BigInt(view.byteLength) : view.byteLength;
  }
  let total = 0;
  for (const bytesWritten of await Promise.all(writes)) total += bytesWritten;
  return total;
}

module.exports = { placed, submission, write, writev };
