'use strict';

// readFile into a buffer of the caller's: `{ buffer }`, or a function that makes one for a size. Node has it since 24.

const { Buffer } = require('node:buffer');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const { invalidType, invalidValue } = require('./errors.cjs');
const { READ } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { major } = require('./runtime.cjs');

const number = (result) => result;

/** The option, checked; undefined where Node does not know it. */
function givenBuffer(options) {
  const { buffer } = options;
  if (major < 24 || buffer === undefined) return undefined;
  if (typeof buffer !== 'function' && !check.isView(buffer)) {
    throw invalidType('options.buffer', ['Buffer', 'TypedArray', 'DataView', 'Function'], buffer);
  }
  return buffer;
}

function memoryFor(given, size) {
  let memory = given;
  let name = 'options.buffer.byteLength';
  if (typeof given === 'function') {
    memory = given(size);
    name = 'options.buffer().byteLength';
    check.buffer(memory, 'options.buffer()');
  }
  if (size > memory.byteLength) {
    throw invalidValue(name, memory.byteLength, `is smaller than the file size of ${size} bytes`);
  }
  return { memory: Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength), name };
}

/** Reads from the position into the given buffer; `size` is 0 for a file that does not know its own. */
async function readGiven(handle, state, given, size, signal) {
  const { memory, name } = memoryFor(given, size);
  let total = 0;
  while (total < memory.length) {
    check.notAborted(signal);
    const length = size === 0 ? memory.length - total : size - total;
    ops.read(state.low, state.high, total, length, READ.PARTIAL);
    const count = await start(handle, 'read', memory, number, undefined, signal);
    total += count;
    if (count === 0 || total === size) return memory.subarray(0, total);
  }
  if (size === 0) await refuseMore(handle, state, memory, name);
  return memory.subarray(0, total);
}

/** The buffer is full; there must be nothing left. */
async function refuseMore(handle, state, memory, name) {
  const extra = Buffer.alloc(1);
  ops.read(state.low, state.high, 0, 1, READ.PARTIAL);
  if ((await start(handle, 'read', extra, number)) > 0) {
    throw invalidValue(name, memory.length, 'is too small to contain the entire file');
  }
}

module.exports = { givenBuffer, readGiven };
