'use strict';

// read in its four shapes, and readv.

const { Buffer } = require('node:buffer');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const { invalidValue, systemError } = require('./errors.cjs');
const { NUMBERS } = require('./generated/errors.cjs');
const { READ } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { shared } = require('./offset.cjs');
const { readResult, readvResult } = require('./results.cjs');
const { opened } = require('./state.cjs');

function readHere(handle, state, buffer, offset, length) {
  ops.read(state.low, state.high, offset, length, READ.PARTIAL);
  return start(handle, 'read', buffer, readResult, buffer);
}

function read(handle, first, offset, length, position) {
  try {
    const state = opened(handle, 'read');
    let buffer = first;
    if (!check.isView(buffer)) {
      if (first !== undefined && first !== null) check.object(first, 'options');
      ({ buffer = Buffer.alloc(16384), offset = 0, length = buffer.byteLength - offset, position = null } = first ?? {});
      check.buffer(buffer);
    }
    if (offset !== null && typeof offset === 'object') {
      ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset);
    }
    if (offset === null || offset === undefined) offset = 0;
    else check.integer(offset, 'offset', 0);
    length ??= buffer.byteLength - offset;
    if (!Number.isSafeInteger(length)) length |= 0;
    const place = position === null || position === undefined ? -1 : check.position(position, length);
    if (length === 0) return Promise.resolve(readResult(0, buffer));
    if (buffer.byteLength === 0) throw invalidValue('buffer', buffer, 'is empty and cannot be written');
    check.readRange(offset, length, buffer.byteLength);
    if (place < 0) {
      if (state.exposed) return shared(handle, state, () => readHere(handle, state, buffer, offset, length));
      return readHere(handle, state, buffer, offset, length);
    }
    ops.readAt(state.low, state.high, offset, length, place);
    return start(handle, 'read', buffer, readResult, buffer);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Up to this size the buffers of readv and writev are gathered into one; above, each is an operation of its own, and
 * all are submitted together. */
const GATHER_MAX = 262144;

function totalOf(buffers) {
  let total = 0;
  for (const view of buffers) total += view.byteLength;
  return total;
}

function readv(handle, buffers, position) {
  try {
    const state = opened(handle, 'readv');
    check.buffers(buffers);
    const place = check.looselyPlaced(position);
    const length = totalOf(buffers);
    const finished = (bytesRead) => readvResult(bytesRead, buffers);
    if (buffers.length === 0) throw systemError(NUMBERS.EINVAL, 0, 'read', undefined);
    if (place !== -1 && length > GATHER_MAX) return readEach(handle, state, buffers, place).then(finished);
    const all = Buffer.allocUnsafeSlow(length);
    const gathered = ({ bytesRead }) => finished(scatter(all, bytesRead, buffers));
    if (place !== -1) {
      ops.readAt(state.low, state.high, 0, length, place);
      return start(handle, 'read', all, readResult, all).then(gathered);
    }
    const here = () => readHere(handle, state, all, 0, length);
    return (state.exposed ? shared(handle, state, here) : here()).then(gathered);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function readEach(handle, state, buffers, place) {
  const reads = [];
  let from = place;
  for (const view of buffers) {
    ops.readAt(state.low, state.high, 0, view.byteLength, from);
    reads.push(start(handle, 'read', view, (bytesRead) => bytesRead));
    from += typeof from === 'bigint' ? BigInt(view.byteLength) : view.byteLength;
  }
  let total = 0;
  for (const bytesRead of await Promise.all(reads)) total += bytesRead;
  return total;
}

function scatter(all, bytesRead, buffers) {
  let from = 0;
  for (const view of buffers) {
    if (from >= bytesRead) break;
    const part = all.subarray(from, Math.min(from + view.byteLength, bytesRead));
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(part);
    from += part.byteLength;
  }
  return bytesRead;
}

module.exports = { GATHER_MAX, read, readv, totalOf };
