'use strict';

// open, and the functions on whole files.

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const check = require('./arguments.cjs');
const { ready, start } = require('./engine.cjs');
const { LANES, OPEN } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { FileHandle } = require('./handle.cjs');
const { adopt } = require('./host.cjs');
const { lanes } = require('./memory.cjs');
const { seekAtOnce } = require('./offset.cjs');
const { major } = require('./runtime.cjs');
const { kState } = require('./state.cjs');
const { readArguments, readWhole, writeArguments, writeWhole } = require('./whole.cjs');

const { RESULT } = LANES.COMPLETION;
const { O_APPEND, O_CREAT, O_DIRECT = 0, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
const ACCESS = O_RDONLY | O_WRONLY | O_RDWR;
const PORTABLE = ACCESS | O_APPEND | O_CREAT | O_EXCL | O_TRUNC | O_DIRECT;

/** What the bits of open(2) allow. */
function accessOf(bits) {
  const access = bits & ACCESS;
  const writable = access !== O_RDONLY;
  return { readable: access !== O_WRONLY, writable, append: (bits & O_APPEND) !== 0 && writable };
}

/** The library's own flags for the bits of open(2) that it knows by itself. */
function portableFlags(bits) {
  const { append, readable, writable } = accessOf(bits);
  let flags = OPEN.DIRECTORY;
  if (readable) flags |= OPEN.READ;
  if (writable) flags |= OPEN.WRITE;
  if (append) flags |= OPEN.APPEND;
  if (bits & O_CREAT) flags |= bits & O_EXCL ? OPEN.CREATE | OPEN.EXCLUSIVE : OPEN.CREATE;
  if (bits & O_TRUNC) flags |= OPEN.TRUNCATE;
  if (bits & O_DIRECT) flags |= OPEN.DIRECT;
  return flags;
}

class Opening {
  constructor(name, access) {
    this.failedPath = typeof name === 'string' ? name : Buffer.from(name).toString();
    this.access = access;
  }
}

function handleMade(_, { access, failedPath }, lane) {
  const low = lanes[lane + RESULT];
  const high = lanes[lane + RESULT + 1];
  // The library begins at the end of a file for append; Node, as the system, at its start, until something is written.
  if (access.append && access.readable) seekAtOnce(low, high, 0);
  return new FileHandle(low, high, failedPath, access);
}

async function openFile(path, bits, mode, { buffering = 0, direct = false } = {}) {
  ready();
  const adopted = adopt(FileHandle);
  if (adopted !== undefined) await adopted;
  const bytes = typeof path === 'string' ? Buffer.from(path) : path;
  const flags = portableFlags(bits) | (direct ? OPEN.DIRECT : 0);
  ops.open(0, bytes.length, flags, mode, buffering, bits & ~PORTABLE);
  const opening = new Opening(path, { ...accessOf(bits), buffered: buffering !== 0 });
  return start(opening, 'open', bytes, handleMade, opening);
}

/** What the third shape of open takes beside flags and mode. */
function openOptions(options) {
  check.object(options, 'options');
  const { flags, mode, buffering = 0, direct = false, ...unknown } = options;
  for (const name of Object.keys(unknown)) {
    throw new TypeError(`open has no option '${name}'; it has flags, mode, buffering and direct`);
  }
  check.integer(buffering, 'options.buffering', -1, 2 ** 30);
  check.boolean(direct, 'options.direct');
  return { flags, mode, buffering, direct };
}

async function open(path, flags, mode) {
  const name = check.path(path);
  if (typeof flags === 'object' && flags !== null && !Array.isArray(flags)) {
    const options = openOptions(flags);
    return openFile(name, check.flags(options.flags), check.mode(options.mode, 'mode', 0o666), options);
  }
  return openFile(name, check.flags(flags), check.mode(mode, 'mode', 0o666));
}

/** A handle of ours, or of the host. */
function isHandle(path) {
  return path instanceof FileHandle || (typeof path?.fd === 'number' && typeof path.readFile === 'function');
}

/** Does the work on a handle and closes it, whatever happens. */
async function withHandle(handle, work) {
  let result;
  try {
    result = await work(handle[kState]);
  } catch (error) {
    await handle.close().catch((closeError) => {
      throw Object.assign(new AggregateError([closeError, error], closeError.message), { code: closeError.code });
    });
    throw error;
  }
  await handle.close();
  return result;
}

/** From Node 26 on, errors of readFile(path) name the path, whichever call failed. */
function refuse(error, path) {
  if (major >= 26 && error.syscall === 'read' && error.path === undefined) {
    error.path = `${path}`;
    error.message += ` '${path}'`;
  }
  throw error;
}

async function readFile(path, options) {
  const checked = readArguments(options);
  if (isHandle(path)) return path.readFile(options);
  check.notAborted(checked.signal);
  const handle = await openFile(check.path(path), check.flags(checked.flag || 'r'), 0o666);
  return withHandle(handle, (state) => readWhole(handle, state, checked).catch((error) => refuse(error, path)));
}

async function writeTo(path, data, options, flag) {
  const checked = writeArguments(data, options, flag);
  if (isHandle(path)) return path.writeFile(data, options);
  check.notAborted(checked.signal);
  const mode = check.mode(checked.mode, 'mode', 0o666);
  const handle = await openFile(check.path(path), check.flags(checked.flag), mode);
  await withHandle(handle, async (state) => {
    await writeWhole(handle, state, checked);
    if (checked.flush) await handle.sync();
  });
}

function writeFile(path, data, options) {
  return writeTo(path, data, options, 'w');
}

function appendFile(path, data, options) {
  return writeTo(path, data, options, 'a');
}

module.exports = { accessOf, appendFile, open, portableFlags, readFile, writeFile };
