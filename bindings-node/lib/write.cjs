'use strict';

// write in its shapes, and writev.

const { Buffer } = require('node:buffer');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const ops = require('./generated/ops.cjs');
const { GATHER_MAX, totalOf } = require('./read.cjs');
const { opened } = require('./state.cjs');

function writeFinished(bytesWritten, buffer) {
  return { __proto__: null, bytesWritten, buffer };
}

/** A file opened for append ignores positions, as the system does. */
function submission(state, offset, length, place) {
  if (place === -1 || state.append) ops.write(state.low, state.high, offset, length);
  else ops.writeAt(state.low, state.high, offset, length, place);
}

function write(handle, data, second, length, position) {
  try {
    const state = opened(handle, 'write');
    if (data?.byteLength === 0) return Promise.resolve(writeFinished(0, data));
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
    submission(state, offset, length, place);
    return start(handle, 'write', data, writeFinished, data);
  } catch (error) {
    return Promise.reject(error);
  }
}

function writeText(handle, state, data, position, encoding) {
  const bytes = check.text(data, 'buffer', encoding);
  const place = check.looselyPlaced(position);
  if (bytes.length === 0) return Promise.resolve(writeFinished(0, data));
  submission(state, 0, bytes.length, place);
  return start(handle, 'write', bytes, writeFinished, data);
}

function writev(handle, buffers, position) {
  try {
    const state = opened(handle, 'writev');
    check.buffers(buffers);
    const place = check.looselyPlaced(position);
    const finished = (bytesWritten) => ({ __proto__: null, bytesWritten, buffers });
    const length = totalOf(buffers);
    if (length === 0) return Promise.resolve(finished(0));
    if (length > GATHER_MAX) return writeEach(handle, state, buffers, place).then(finished);
    const views = buffers.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const all = Buffer.concat(views, length);
    submission(state, 0, length, place);
    return start(handle, 'write', all, finished);
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
    submission(state, 0, view.byteLength, to);
    writes.push(start(handle, 'write', view, (bytesWritten) => bytesWritten));
    if (to !== -1) to += typeof to === 'bigint' ? BigInt(view.byteLength) : view.byteLength;
  }
  let total = 0;
  for (const bytesWritten of await Promise.all(writes)) total += bytesWritten;
  return total;
}

module.exports = { submission, write, writev };
