'use strict';

// A FileHandle of an open descriptor.

const check = require('./arguments.cjs');
const { ready, start } = require('./engine.cjs');
const { LANES, OPEN, WRAP } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { FileHandle } = require('./handle.cjs');
const { adopt } = require('./host.cjs');
const { lanes } = require('./memory.cjs');
const { accessOf, portableFlags } = require('./open.cjs');

const { RESULT } = LANES.COMPLETION;

function handleMade(_, access, lane) {
  return new FileHandle(lanes[lane + RESULT], lanes[lane + RESULT + 1], undefined, access);
}

function wrapOptions(options) {
  check.object(options, 'options');
  const { flags = 'r', ownsFd = false, position = null, buffering = 0, ...unknown } = options;
  for (const name of Object.keys(unknown)) {
    throw new TypeError(`wrapFd has no option '${name}'; it has flags, ownsFd, position and buffering`);
  }
  check.boolean(ownsFd, 'options.ownsFd');
  check.integer(buffering, 'options.buffering', -1, 2 ** 30);
  if (position !== null) check.offset(position, 'options.position');
  return { bits: check.flags(flags), ownsFd, position: position ?? -1, buffering };
}

async function wrapFd(fd, options = {}) {
  check.integer(fd, 'fd', 0, 2147483647);
  const { bits, ownsFd, position, buffering } = wrapOptions(options);
  ready();
  await adopt(FileHandle);
  // Nothing is created or cut: the descriptor is open already.
  const flags = portableFlags(bits) & (OPEN.READ | OPEN.WRITE | OPEN.APPEND | OPEN.DIRECT);
  ops.wrap(fd, flags | (ownsFd ? WRAP.OWNS_FD : 0), buffering, position);
  return start({ failedPath: undefined }, 'open', undefined, handleMade, { ...accessOf(bits), buffered: buffering !== 0 });
}

module.exports = { wrapFd };
