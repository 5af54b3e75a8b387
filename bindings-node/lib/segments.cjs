'use strict';

// Lists of segments, as the operations on many parts of a file take them.

const { LANES } = require('./generated/layout.cjs');

const { LANE_COUNT, OFFSET, DATA, LENGTH, RESULT } = LANES.SEGMENT;
const HIGH = 4294967296;

/** A list of segments; each is put in with its place in memory, its length and its offset in the file. */
class Segments {
  constructor(count) {
    this.lanes = new Uint32Array(count * LANE_COUNT);
    this.signed = new Int32Array(this.lanes.buffer);
    this.count = count;
  }

  put(index, place, length, offset) {
    const lane = index * LANE_COUNT;
    this.put64(lane + OFFSET, offset);
    this.put64(lane + DATA, place);
    this.put64(lane + LENGTH, length);
  }

  put64(lane, value) {
    if (typeof value === 'bigint') {
      this.lanes[lane] = Number(BigInt.asUintN(32, value));
      this.lanes[lane + 1] = Number(BigInt.asUintN(32, value >> 32n));
      return;
    }
    this.lanes[lane] = value;
    this.lanes[lane + 1] = Math.floor(value / HIGH);
  }

  /** The count that was moved, or a negative error number of the library. */
  result(index) {
    const lane = index * LANE_COUNT + RESULT;
    return this.signed[lane + 1] * HIGH + this.lanes[lane];
  }

  /** The view that is handed over. */
  get bytes() {
    return new Uint8Array(this.lanes.buffer);
  }
}

module.exports = { Segments };
