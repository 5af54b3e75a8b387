'use strict';

// Lines of a file, without their ends.

const { Buffer } = require('node:buffer');
const { StringDecoder } = require('node:string_decoder');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const { SEEK } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { shared } = require('./offset.cjs');
const { opened } = require('./state.cjs');

const CHUNK = 65536;
const NEWLINE = 10;
const RETURN = 13;

const number = (result) => result;

function fill(handle, state, memory) {
  const operation = () => {
    ops.readLines(state.low, state.high, 0, memory.length, 0);
    return start(handle, 'read', memory, number);
  };
  return state.exposed ? shared(handle, state, operation) : operation();
}

/** What was read but not yet given out goes back. */
async function giveBack(handle, state, count) {
  if (count === 0 || !state.open) return;
  const operation = () => {
    ops.seek(state.low, state.high, -count, SEEK.POSITION);
    return start(handle, 'lseek', undefined, number);
  };
  await (state.exposed ? shared(handle, state, operation) : operation()).catch((error) => {
    if (error.code !== 'ESPIPE') throw error; // a pipe cannot take anything back
  });
}

async function* lines(handle, options) {
  const { encoding = 'utf8', signal } = check.options(options, {});
  const memory = Buffer.allocUnsafe(CHUNK);
  let begun; // a line that is longer than the memory
  let state = opened(handle, 'read');
  let at = 0;
  let count = 0;
  try {
    for (;;) {
      check.notAborted(signal);
      state = opened(handle, 'read');
      at = 0;
      count = 0;
      count = await fill(handle, state, memory);
      if (count === 0) break;
      while (at < count) {
        const end = memory.indexOf(NEWLINE, at);
        const whole = end >= 0 && end < count;
        const from = at;
        at = whole ? end + 1 : count;
        if (!whole || begun !== undefined) {
          begun ??= new LongLine(encoding);
          begun.add(memory.subarray(from, at));
          if (!whole) continue;
          const line = begun.end();
          begun = undefined;
          yield line;
          continue;
        }
        const stop = end > from && memory[end - 1] === RETURN ? end - 1 : end;
        yield memory.toString(encoding, from, stop);
      }
    }
    if (begun !== undefined) yield begun.end();
  } finally {
    await giveBack(handle, state, count - at);
  }
}

/** A line that comes in parts. */
class LongLine {
  constructor(encoding) {
    this.decoder = new StringDecoder(encoding);
    this.text = '';
  }

  add(part) {
    this.text += this.decoder.write(part);
  }

  end() {
    const text = this.text + this.decoder.end();
    if (text.endsWith('\r\n')) return text.slice(0, -2);
    return text.endsWith('\n') ? text.slice(0, -1) : text;
  }
}

module.exports = { lines };
