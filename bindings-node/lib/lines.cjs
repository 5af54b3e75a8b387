'use strict';

// Lines of a file, without their ends. A generator would take several turns of the microtask queue for each line; this
// iterator makes a resolved promise of what a chunk has, and waits for the next chunk only.

const { Buffer } = require('node:buffer');
const { StringDecoder } = require('node:string_decoder');
const check = require('./arguments.cjs');
const { start } = require('./engine.cjs');
const { invalidValue } = require('./errors.cjs');
const { SEEK } = require('./generated/layout.cjs');
const ops = require('./generated/ops.cjs');
const { shared } = require('./offset.cjs');
const { kState, opened } = require('./state.cjs');

const CHUNK = 65536;
const NEWLINE = 10;
const RETURN = 13;

/** Encodings in which the byte of a line's end is nothing else. */
const ENCODINGS = ['utf8', 'utf-8', 'latin1', 'binary', 'ascii'];

const number = (result) => result;
const end = () => ({ value: undefined, done: true });

/** Runs an operation at the position. */
function atPosition(handle, state, operation) {
  return state.exposed ? shared(handle, state, operation) : operation();
}

class Lines {
  constructor(handle, encoding, signal) {
    this.handle = handle;
    this.encoding = encoding;
    this.signal = signal;
    this.memory = undefined;
    this.texts = []; // of the chunk, as split
    this.at = 0; // which of them comes next
    this.length = 0; // of the chunk, in bytes
    this.filling = undefined;
    this.finished = false;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    if (this.at < this.texts.length) return Promise.resolve({ value: this.take(), done: false });
    if (this.finished) return Promise.resolve(end());
    if (this.filling !== undefined) return this.filling.then(() => this.next());
    this.filling = this.fill();
    return this.filling.then(() => this.next());
  }

  take() {
    const text = this.texts[this.at++];
    return text.charCodeAt(text.length - 1) === RETURN ? text.slice(0, -1) : text;
  }

  async fill() {
    try {
      check.notAborted(this.signal);
      this.memory ??= Buffer.allocUnsafeSlow(CHUNK);
      const { memory } = this;
      this.texts = [];
      this.at = this.length = 0;
      const length = await this.read();
      if (length === 0) this.finished = true;
      else if (memory[length - 1] === NEWLINE) this.split(memory.toString(this.encoding, 0, length - 1), length);
      else await this.fillLong(length);
    } catch (error) {
      this.finished = true;
      throw error;
    } finally {
      this.filling = undefined;
    }
  }

  split(text, length) {
    this.texts = text.split('\n');
    this.length = length;
  }

  /** The chunk ends inside a line: one that is longer than the memory, or the last of the file. */
  async fillLong(first) {
    const decoder = new StringDecoder(this.encoding);
    let text = decoder.write(this.memory.subarray(0, first));
    for (;;) {
      const length = await this.read();
      if (length === 0) break;
      const stop = this.memory.indexOf(NEWLINE);
      const whole = stop >= 0 && stop < length;
      text += decoder.write(this.memory.subarray(0, whole ? stop : length));
      if (!whole) continue;
      await this.giveBack(length - stop - 1);
      break;
    }
    this.split(text + decoder.end(), 0);
  }

  read() {
    const { handle, memory } = this;
    const state = opened(handle, 'read');
    return atPosition(handle, state, () => {
      ops.readLines(state.low, state.high, 0, memory.length, 0);
      return start(handle, 'read', memory, number);
    });
  }

  /** Called when the loop is left early: what was not given out goes back. */
  async return(value) {
    if (this.filling !== undefined) await this.filling.catch(() => {});
    if (!this.finished) {
      this.finished = true;
      const rest = this.length - this.taken();
      this.texts = [];
      await this.giveBack(rest);
    }
    return { value, done: true };
  }

  /** How many bytes the lines have that were given out of this chunk. */
  taken() {
    if (this.length === 0 || this.at >= this.texts.length) return this.length;
    let at = 0;
    for (let i = 0; i < this.at; i++) at = this.memory.indexOf(NEWLINE, at) + 1;
    return at;
  }

  async giveBack(count) {
    const { handle } = this;
    if (count === 0 || !handle[kState].open) return;
    const state = opened(handle, 'lseek');
    const seeking = atPosition(handle, state, () => {
      ops.seek(state.low, state.high, -count, SEEK.POSITION);
      return start(handle, 'lseek', undefined, number);
    });
    await seeking.catch((error) => {
      if (error.code !== 'ESPIPE') throw error; // a pipe cannot take anything back
    });
  }
}

function lines(handle, options) {
  const { encoding, signal } = check.options(options, {});
  const name = encoding?.toLowerCase() ?? 'utf8';
  if (!ENCODINGS.includes(name)) throw invalidValue('options.encoding', encoding, `must be one of: ${ENCODINGS.join(', ')}`);
  return new Lines(handle, name, signal);
}

module.exports = { lines };
