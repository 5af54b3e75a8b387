'use strict';

// Positional reads and writes, one or many at a time. They neither use nor move the position.

const { Buffer } = require('node:buffer');
const check = require('./arguments.cjs');
const { start, startMany } = require('./engine.cjs');
const { invalidType, systemError } = require('./errors.cjs');
const ops = require('./generated/ops.cjs');
const { Segments } = require('./segments.cjs');
const { opened } = require('./state.cjs');

const number = (result) => result;

function signalOf(options) {
  if (options === undefined) return undefined;
  check.object(options, 'options');
  check.abortSignal(options.signal, 'options.signal');
  check.notAborted(options.signal);
  return options.signal;
}

function filled(length, memory) {
  return length === memory.length ? memory : memory.subarray(0, length);
}

/** Into a view: how many bytes. A length: a Buffer of its own. */
function readAt(handle, target, offset, options) {
  try {
    const state = opened(handle, 'read');
    check.offset(offset, 'offset');
    const signal = options === undefined ? undefined : signalOf(options);
    const counted = typeof target === 'number';
    if (counted) check.integer(target, 'length', 0);
    else if (!check.isView(target)) throw invalidType('target', ['number', 'Buffer', 'TypedArray', 'DataView'], target);
    const memory = counted ? Buffer.allocUnsafeSlow(target) : target;
    ops.readAt(state.low, state.high, 0, memory.byteLength, offset);
    return start(handle, 'read', memory, counted ? filled : number, memory, signal);
  } catch (error) {
    return Promise.reject(error);
  }
}

function bytesOf(data, name) {
  return check.isView(data) ? data : check.text(data, name, 'utf8');
}

function writeAt(handle, data, offset, options) {
  try {
    const state = opened(handle, 'write');
    check.offset(offset, 'offset');
    const signal = signalOf(options);
    const memory = bytesOf(data, 'data');
    ops.writeAt(state.low, state.high, 0, memory.byteLength, offset);
    return start(handle, 'write', memory, number, undefined, signal);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The first part that failed makes the whole fail. */
function refuseFailures(segments, syscall) {
  for (let i = 0; i < segments.count; i++) {
    const result = segments.result(i);
    if (result < 0) throw systemError(-result, 0, syscall, undefined);
  }
}

function readRequest(request, i) {
  check.object(request, `requests[${i}]`);
  check.offset(request.offset, `requests[${i}].offset`);
  if (request.buffer !== undefined) {
    check.buffer(request.buffer, `requests[${i}].buffer`);
    return new Uint8Array(request.buffer.buffer, request.buffer.byteOffset, request.buffer.byteLength);
  }
  check.integer(request.length, `requests[${i}].length`, 0);
  return undefined;
}

async function readMany(handle, requests, options) {
  const state = opened(handle, 'read');
  const signal = signalOf(options);
  const list = Array.from(requests);
  const views = list.map(readRequest);
  const owned = list.reduce((sum, request, i) => (views[i] === undefined ? sum + request.length : sum), 0);
  const block = Buffer.allocUnsafeSlow(owned);
  let used = 0;
  const parts = views.map((view, i) => {
    if (view !== undefined) return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    used += list[i].length;
    return block.subarray(used - list[i].length, used);
  });
  if (parts.length === 0) return [];
  const segments = new Segments(parts.length);
  parts.forEach((part, i) => segments.put(i, 0, part.length, list[i].offset));
  ops.readMany(state.low, state.high);
  await startMany(handle, 'read', segments.bytes, parts, number, undefined, signal);
  refuseFailures(segments, 'read');
  return parts.map((part, i) => filled(segments.result(i), part));
}

async function writeMany(handle, requests, options) {
  const state = opened(handle, 'write');
  const signal = signalOf(options);
  const list = Array.from(requests);
  const parts = list.map((request, i) => {
    check.object(request, `requests[${i}]`);
    check.offset(request.offset, `requests[${i}].offset`);
    return bytesOf(request.data, `requests[${i}].data`);
  });
  if (parts.length === 0) return 0;
  const segments = new Segments(parts.length);
  parts.forEach((part, i) => segments.put(i, 0, part.byteLength, list[i].offset));
  ops.writeMany(state.low, state.high);
  const total = await startMany(handle, 'write', segments.bytes, parts, number, undefined, signal);
  refuseFailures(segments, 'write');
  return total;
}

module.exports = { readAt, readMany, writeAt, writeMany };
