'use strict';

// The addon, and the memory that is shared with it. Numbers of 64 bits are pairs of 32-bit lanes: no BigInt is made for
// an operation.

const { LANES } = require('./generated/layout.cjs');
const { isNode } = require('./runtime.cjs');
const native = require('./native.cjs');

/** Set by the engine: takes the completions that the addon has put into the batch. */
const receiver = { drain: null };

const threaded = !isNode || process.platform === 'win32';
const shared = native.attach((count) => receiver.drain(count), threaded);
const lanes = new Uint32Array(shared);
const signed = new Int32Array(shared);

/** The lane where the completion of the last submit begins. */
const OUT = LANES.SUBMISSION.LANE_COUNT;
const STATUS = OUT + LANES.COMPLETION.LANE_COUNT;
/** The lane where the batch begins. */
const BATCH = STATUS + 2;

const HIGH = 4294967296;

function putBig(lane, value) {
  lanes[lane] = Number(BigInt.asUintN(32, value));
  lanes[lane + 1] = Number(BigInt.asUintN(32, value >> 32n));
}

/** Stores an integer of 64 bits, given as a number or a BigInt; a negative one in two's complement. */
function put64(lane, value) {
  if (typeof value === 'bigint') return putBig(lane, value);
  lanes[lane] = value;
  lanes[lane + 1] = Math.floor(value / HIGH);
}

/** An integer of 64 bits as a number; exact up to 2^53. */
function get64(lane) {
  return signed[lane + 1] * HIGH + lanes[lane];
}

module.exports = { BATCH, OUT, STATUS, get64, lanes, native, put64, receiver, signed };
