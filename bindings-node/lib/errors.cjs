'use strict';

// Errors as Node words them: those of the system with code, errno, syscall and path, those of arguments with ERR_….

const os = require('node:os');
const util = require('node:util');
const { TABLE } = require('./generated/errors.cjs');

let systemErrors;

/** Node's own code and text for a negative errno. */
function known(errno) {
  systemErrors ??= util.getSystemErrorMap?.() ?? new Map();
  return systemErrors.get(errno);
}

/**
 * The error of a failed operation: `number` is the library's, `native` the system's own code, or 0 when it is an error
 * of the library itself.
 */
function systemError(number, native, syscall, path) {
  const entry = TABLE.get(number) ?? { code: 'UNKNOWN', message: `error ${number}` };
  const errno = native !== 0 && known(-native) !== undefined ? -native : -(os.constants.errno[entry.code] ?? 4094);
  const [code, text] = known(errno) ?? [entry.code, entry.message.toLowerCase()];
  let message = `${code}: ${text}, ${syscall}`;
  if (path !== undefined) message += ` '${path}'`;
  const error = new Error(message);
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  return error;
}

/** The error of a method of a closed handle. */
function closedError(syscall, reason = 'file closed') {
  const error = new Error(reason);
  error.code = 'EBADF';
  error.syscall = syscall;
  return error;
}

/** A promise's rejection was made where no caller is on the stack. Here the awaiting functions are, so look again. */
function recapture(error) {
  if (error instanceof Error && error.syscall !== undefined) Error.captureStackTrace?.(error, recapture);
  throw error;
}

function coded(Base, code, message) {
  const error = new Base(message);
  Object.defineProperty(error, 'code', { value: code, enumerable: true, writable: true, configurable: true });
  // The name shows the code in the stack only, as Node's do.
  error.name = `${Base.name} [${code}]`;
  void error.stack;
  delete error.name;
  return error;
}

const TYPES = new Set(['string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint', 'symbol']);

function list(words) {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words[words.length - 1]}`;
}

function describe(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : util.inspect(value, { depth: -1 });
  }
  if (typeof value === 'bigint') return `type bigint (${value}n)`;
  let shown = util.inspect(value, { colors: false });
  if (typeof value === 'string') {
    const short = value.length > 28 ? `${value.slice(0, 25)}...` : value;
    shown = short.includes("'") ? JSON.stringify(short) : `'${short}'`;
  }
  return `type ${typeof value} (${shown})`;
}

function expectation(expected) {
  const types = expected.filter((word) => TYPES.has(word)).map((word) => word.toLowerCase());
  const classes = expected.filter((word) => !TYPES.has(word) && /^([A-Z][a-z0-9]*)+$/.test(word));
  const others = expected.filter((word) => !TYPES.has(word) && !classes.includes(word));
  if (classes.length > 0 && types.includes('object')) {
    types.splice(types.indexOf('object'), 1);
    classes.push('Object');
  }
  const parts = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${list(types)}`);
  if (classes.length > 0) parts.push(`an instance of ${list(classes)}`);
  if (others.length > 1) parts.push(`one of ${list(others)}`);
  if (others.length === 1) parts.push(others[0].toLowerCase() === others[0] ? others[0] : `an ${others[0]}`);
  return parts.join(' or ');
}

function invalidType(name, expected, actual) {
  const kind = name.includes('.') ? 'property' : 'argument';
  return coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kind} must be ${expectation([expected].flat())}. Received ${describe(actual)}`,
  );
}

function invalidValue(name, value, reason = 'is invalid') {
  let shown = util.inspect(value);
  if (shown.length > 128) shown = `${shown.slice(0, 128)}...`;
  const kind = name.includes('.') ? 'property' : 'argument';
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind} '${name}' ${reason}. Received ${shown}`);
}

function separated(digits) {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, '_');
}

function outOfRange(name, range, value) {
  let shown = util.inspect(value);
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) shown = separated(String(value));
  if (typeof value === 'bigint') {
    shown = `${value > 2n ** 32n || value < -(2n ** 32n) ? separated(String(value)) : value}n`;
  }
  return coded(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`);
}

function invalidState(message) {
  return coded(Error, 'ERR_INVALID_STATE', `Invalid state: ${message}`);
}

function tooLarge(size) {
  return coded(RangeError, 'ERR_FS_FILE_TOO_LARGE', `File size (${size}) is greater than 2 GiB`);
}

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

module.exports = {
  AbortError, closedError, coded, invalidState, invalidType, invalidValue, outOfRange, recapture, systemError, tooLarge,
};
