'use strict';

// Arguments are checked as the running Node checks them, with its messages.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const { fileURLToPath } = require('node:url');
const { AbortError, invalidType, invalidValue, outOfRange } = require('./errors.cjs');
const { major } = require('./runtime.cjs');

const isView = ArrayBuffer.isView;

function integer(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== 'number') throw invalidType(name, 'number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

function boolean(value, name) {
  if (typeof value !== 'boolean') throw invalidType(name, 'boolean', value);
}

function string(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'string', value);
}

function uint32(value, name) {
  integer(value, name, 0, 4294967295);
}

/** A place in the file that must be given: a number or a BigInt, not negative. */
function offset(value, name) {
  if (typeof value === 'bigint') {
    if (value < 0n || value > 2n ** 63n - 1n) throw outOfRange(name, `>= 0 && <= ${2n ** 63n - 1n}`, value);
    return;
  }
  integer(value, name, 0);
}

function object(value, name) {
  if (value === null || Array.isArray(value) || typeof value !== 'object') throw invalidType(name, 'Object', value);
}

function buffer(value, name = 'buffer') {
  if (!isView(value)) throw invalidType(name, ['Buffer', 'TypedArray', 'DataView'], value);
}

function buffers(value, name = 'buffers') {
  if (!Array.isArray(value)) throw invalidType(name, 'ArrayBufferView[]', value);
  for (let i = 0; i < value.length; i++) if (!isView(value[i])) throw invalidType(name, 'ArrayBufferView[]', value);
}

function abortSignal(value, name) {
  if (value !== undefined && (value === null || typeof value !== 'object' || !('aborted' in value))) {
    throw invalidType(name, 'AbortSignal', value);
  }
}

function notAborted(signal) {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

/** A place in the file; -1 is the position. */
function position(value, length) {
  if (value === null || value === undefined) return -1;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && value >= -1) return value;
    if (major < 22) return Number.isSafeInteger(value) ? value : -1;
    integer(value, 'position', -1);
  }
  if (typeof value === 'bigint') {
    const max = 2n ** 63n - 1n - (major < 22 ? 0n : BigInt(length));
    if (value < -1n || value > max) throw outOfRange('position', `>= -1 && <= ${max}`, value);
    return value === -1n ? -1 : value;
  }
  if (major < 22) return -1;
  throw invalidType('position', ['integer', 'bigint'], value);
}

/** Where to write; -1 is the position. What is neither a number nor a BigInt counts as absent. */
function looselyPlaced(value) {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < 0) return -1;
    return value;
  }
  return typeof value === 'bigint' && value >= 0n ? value : -1;
}

function readRange(offset, length, size) {
  if (offset < 0) throw outOfRange('offset', '>= 0', offset);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  if (offset + length > size) throw outOfRange('length', `<= ${size - offset}`, length);
}

function writeRange(offset, length, size) {
  if (offset > size) throw outOfRange('offset', `<= ${size}`, offset);
  if (length > size - offset) throw outOfRange('length', `<= ${size - offset}`, length);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  integer(length, 'length', 0);
}

function encoding(value) {
  if (value && value !== 'buffer' && !Buffer.isEncoding(value)) {
    throw invalidValue('encoding', value, 'is invalid encoding');
  }
}

/** Options that may be left out or be the name of an encoding. */
function options(value, defaults) {
  if (value === null || value === undefined || typeof value === 'function') return defaults;
  if (typeof value === 'string') {
    encoding(value);
    return { ...defaults, encoding: value };
  }
  if (typeof value !== 'object') throw invalidType('options', ['string', 'Object'], value);
  encoding(value.encoding);
  abortSignal(value.signal, 'options.signal');
  return value;
}

/** The system's own bytes of a path, and the path as errors show it. */
function path(value) {
  let name = value;
  if (value !== null && typeof value === 'object' && value.href && value.protocol && value.auth === undefined && value.path === undefined) {
    name = fileURLToPath(value);
  }
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) {
    throw invalidType('path', ['string', 'Buffer', 'URL'], value);
  }
  if (name.includes(typeof name === 'string' ? '\0' : 0)) {
    throw invalidValue('path', name, 'must be a string, Uint8Array, or URL without null bytes');
  }
  return name;
}

function mode(value, name, otherwise) {
  let bits = value ?? otherwise;
  if (typeof bits === 'string') {
    if (!/^[0-7]+$/.test(bits)) {
      throw invalidValue(name, bits, 'must be a 32-bit unsigned integer or an octal string');
    }
    bits = Number.parseInt(bits, 8);
  }
  integer(bits, name, 0, 4294967295);
  return bits + 0;
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = fs.constants;
const WORDS = new Map();
for (const [words, bits] of [
  ['r', O_RDONLY], ['r+', O_RDWR], ['rs sr', O_RDONLY | O_SYNC], ['rs+ sr+', O_RDWR | O_SYNC],
  ['w', O_TRUNC | O_CREAT | O_WRONLY], ['wx xw', O_TRUNC | O_CREAT | O_WRONLY | O_EXCL],
  ['w+', O_TRUNC | O_CREAT | O_RDWR], ['wx+ xw+', O_TRUNC | O_CREAT | O_RDWR | O_EXCL],
  ['a', O_APPEND | O_CREAT | O_WRONLY], ['ax xa', O_APPEND | O_CREAT | O_WRONLY | O_EXCL],
  ['as sa', O_APPEND | O_CREAT | O_WRONLY | O_SYNC], ['a+', O_APPEND | O_CREAT | O_RDWR],
  ['ax+ xa+', O_APPEND | O_CREAT | O_RDWR | O_EXCL], ['as+ sa+', O_APPEND | O_CREAT | O_RDWR | O_SYNC],
]) {
  for (const word of words.split(' ')) WORDS.set(word, bits);
}

/** The bits of open(2) that a flag stands for. */
function flags(value) {
  if (value === null || value === undefined) return O_RDONLY;
  if (typeof value === 'number') {
    integer(value, 'flags', -2147483648, 2147483647);
    return value + 0;
  }
  const bits = WORDS.get(value);
  if (bits === undefined) throw invalidValue('flags', value);
  return bits;
}

/** Seconds since 1970, as a number. */
function time(value, name) {
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  if (Number.isFinite(value)) return value < 0 ? Date.now() / 1000 : value;
  if (value instanceof Date) return value.getTime() / 1000;
  throw invalidType(name, ['Date', 'Time in seconds'], value);
}

/** The bytes of a string. */
function text(value, name, coding) {
  if (typeof value !== 'string') {
    throw invalidType(name, ['string', 'Buffer', 'TypedArray', 'DataView'], value);
  }
  if (coding === 'hex' && value.length % 2 !== 0) {
    throw invalidValue('encoding', coding, `is invalid for data of length ${value.length}`);
  }
  return Buffer.from(value, Buffer.isEncoding(coding) ? coding : 'utf8');
}

module.exports = {
  abortSignal, boolean, buffer, buffers, flags, integer, isView, mode, notAborted, object, offset, options, path,
  position, readRange, string, text, time, looselyPlaced, uint32, writeRange,
};
