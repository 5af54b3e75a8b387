'use strict';

// Whole contents: readFile, writeFile and appendFile of a handle.

const { Buffer } = require('node:buffer');
const { StringDecoder } = require('node:string_decoder');
const { setImmediate: nextTurn } = require('node:timers/promises');
const check = require('./arguments.cjs');
const { major } = require('./runtime.cjs');
const { hold, letGo } = require('./close.cjs');
const { spill, start } = require('./engine.cjs');
const { tooLarge } = require('./errors.cjs');
const { READ } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { givenBuffer, readGiven } = require('./given.cjs');
const { stat } = require('./metadata.cjs');
const { shared } = require('./offset.cjs');
const { opened } = require('./state.cjs');
const { placed, submission } = require('./write.cjs');

/** Node's limit for contents in one piece. */
const SIZE_MAX = 2 ** 31 - 1;

/** With a signal, so much is transferred before the event loop gets a turn in which it can be aborted. */
const STEP = 512 * 1024;

const number = (result) => result;

/** What a read to the end has brought; what did not fit into the memory came as a block of its own. */
function contents(length, memory, lane) {
  if (length <= memory.length) return length === memory.length ? memory : memory.subarray(0, length);
  return Buffer.concat([memory, spill(lane, length - memory.length)], length);
}

/** More than one operation: a close in between waits for the last. */
async function held(handle, work) {
  hold(handle);
  try {
    return await work;
  } finally {
    letGo(handle);
  }
}

/** Options of readFile, checked. */
function readArguments(options) {
  const { encoding, flag, signal, ...others } = check.options(options, { flag: 'r' });
  return { encoding, flag, signal, given: givenBuffer(others) };
}

/** The size of a regular file, from its start; 0 for what has none. */
async function sizeOf(handle) {
  const stats = await stat(handle);
  return stats.isFile() ? stats.size : 0;
}

async function readFile(handle, options) {
  const state = opened(handle, 'readFile');
  const checked = readArguments(options);
  const whole = () => held(handle, readWhole(handle, state, checked));
  return state.exposed ? shared(handle, state, whole) : whole();
}

async function readWhole(handle, state, { encoding, given, signal }) {
  check.notAborted(signal);
  if (encoding) void new StringDecoder(encoding); // refuses what it does not know, before anything is read
  if (given !== undefined) {
    const read = await readGiven(handle, state, given, await sizeOf(handle), signal);
    return encoding ? read.toString(encoding) : read;
  }
  ops.sizeHint(state.low, state.high);
  const hint = await start(handle, 'fstat', undefined, number);
  if (hint - 1 > SIZE_MAX) throw tooLarge(hint - 1);
  const memory = Buffer.allocUnsafeSlow(hint);
  ops.read(state.low, state.high, 0, hint, READ.TO_END);
  const data = await start(handle, 'read', memory, contents, memory, signal);
  if (signal !== undefined) {
    // Everything may have been in memory; the signal still gets its turn.
    await nextTurn();
    check.notAborted(signal);
  }
  return encoding ? data.toString(encoding) : data;
}

function isIterable(data) {
  return typeof data === 'object' && data !== null && !check.isView(data) &&
    (typeof data[Symbol.asyncIterator] === 'function' || typeof data[Symbol.iterator] === 'function');
}

/** Options and data of writeFile, checked. */
function writeArguments(data, options, flag) {
  const checked = { ...check.options(options, { encoding: 'utf8', mode: 0o666, flag, flush: false }) };
  checked.flag ||= flag;
  checked.flush ??= false;
  check.boolean(checked.flush, 'options.flush');
  if (major >= 26) check.mode(checked.mode, 'mode', 0o666);
  checked.data = check.isView(data) || isIterable(data) ? data : check.text(data, 'data', checked.encoding || 'utf8');
  check.abortSignal(checked.signal, undefined);
  return checked;
}

async function writeFile(handle, data, options) {
  const state = opened(handle, 'writeFile');
  const checked = writeArguments(data, options, 'w');
  return placed(handle, state, -1, () => held(handle, writeWhole(handle, state, checked)));
}

async function writeWhole(handle, state, { data, encoding, signal }) {
  check.notAborted(signal);
  if (!isIterable(data)) return writeAll(handle, state, data, signal);
  for await (const part of data) {
    check.notAborted(signal);
    await writeAll(handle, state, check.isView(part) ? part : Buffer.from(part, encoding || 'utf8'), signal);
    check.notAborted(signal);
  }
}

async function writeAll(handle, state, data, signal) {
  const length = data.byteLength;
  if (signal === undefined) {
    if (length === 0) return;
    submission(state, 0, length, -1);
    await start(handle, 'write', data, number);
    return;
  }
  for (let offset = 0; offset < length; offset += STEP) {
    check.notAborted(signal);
    submission(state, offset, Math.min(STEP, length - offset), -1);
    await start(handle, 'write', data, number, undefined, signal);
    await nextTurn();
  }
  check.notAborted(signal);
}

module.exports = { readArguments, readFile, readWhole, writeArguments, writeFile, writeWhole };
