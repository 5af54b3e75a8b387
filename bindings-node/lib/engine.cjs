'use strict';

// How an operation runs. Its submission is written into the shared memory (generated/ops.cjs), `start` hands it over.
// What is done at once is a resolved promise. The rest gets a slot, which keeps its memory alive, and is resolved when
// its completion is taken. Whatever was submitted in one turn is handed to the kernel by one flush, in a microtask.

const { LANES, COMPLETION, STATUS: ANSWER } = require('./generated/layout.cjs');
const { BATCH, OUT, STATUS, get64, lanes, native, receiver, signed } = require('./memory.cjs');
const { AbortError, recapture, systemError } = require('./errors.cjs');
const { unwatch, watch } = require('./signals.cjs');

const { LANE_COUNT, RESULT, ERROR, NATIVE, TOKEN, SPILL, FLAGS } = LANES.COMPLETION;
const USER_DATA = LANES.SUBMISSION.USER_DATA;
const BATCH_SIZE = (lanes.length - BATCH) / LANE_COUNT;

/** Operations that end at once never give the event loop a turn by themselves. After so much of them, counted in
 * operations and 4 KiB blocks, one waits for the next turn. */
const BUDGET = 1000;
let budget = BUDGET;

/** One operation in flight. */
class Operation {
  constructor(handle, syscall, memory, finish, value, signal) {
    this.handle = handle; // not collected while it is in flight
    this.memory = memory; // nor is what the kernel writes to
    this.syscall = syscall;
    this.finish = finish;
    this.value = value;
    this.signal = signal;
    this.low = lanes[OUT + TOKEN]; // for cancel
    this.high = lanes[OUT + TOKEN + 1];
    this.resolve = undefined;
    this.reject = undefined;
  }

  /** Asks the kernel to end it. It still completes, once. */
  cancel() {
    if (native.cancel(this.low, this.high)) scheduleFlush();
  }

  watch() {
    if (this.signal.aborted) this.cancel();
    else watch(this.signal, this);
  }

  /** The error of an operation whose signal was aborted. */
  unwatch() {
    unwatch(this.signal, this);
    return this.signal.aborted ? new AbortError(undefined, { cause: this.signal.reason }) : undefined;
  }
}

/** The operations in flight by slot; a slot that is free holds the number of the next free one. */
const slots = [];
let free = -1;
let flushing = false;
let loaded = false;
const turn = Promise.resolve();

function takeSlot(operation) {
  if (free < 0) {
    slots.push(operation);
    return;
  }
  const slot = free;
  free = slots[slot];
  slots[slot] = operation;
}

/** What one batch cannot hold waits inside the library, of which the queue's descriptor says nothing. */
function flush() {
  flushing = false;
  let count;
  do {
    count = native.flush();
    if (count > 0) drain(count);
  } while (count === BATCH_SIZE);
}

function scheduleFlush() {
  if (flushing) return;
  flushing = true;
  turn.then(flush);
}

/** Delivers a batch. No code of the user runs in here: resolving a promise only queues what awaits it. */
function drain(count) {
  for (let i = 0, lane = BATCH; i < count; i++, lane += LANE_COUNT) {
    const slot = lanes[lane];
    const operation = slots[slot];
    slots[slot] = free;
    free = slot;
    deliver(operation, lane);
  }
}
receiver.drain = drain;

function deliver(operation, lane) {
  const aborted = operation.signal === undefined ? undefined : operation.unwatch();
  if (aborted !== undefined) {
    operation.reject(aborted);
    return;
  }
  if (signed[lane + ERROR] !== 0) {
    operation.reject(failure(operation.handle, operation.syscall, signed[lane + ERROR], signed[lane + NATIVE]));
    return;
  }
  try {
    operation.resolve(operation.finish(get64(lane + RESULT), operation.value, lane));
  } catch (error) {
    operation.reject(error);
  }
}

/** `handle` is the FileHandle, or for an operation without one an object with the path that failed. */
function failure(handle, syscall, number, code) {
  return systemError(number, code, syscall, handle.failedPath);
}

function load() {
  native.load();
  loaded = true;
}

/** Makes sure that the library is open. */
function ready() {
  if (!loaded) load();
}

/**
 * Hands the submission over that was written last. `memory` is the view that it works on, `finish(result, value, lane)`
 * makes what the promise gives, and an AbortSignal cancels it in the kernel.
 */
function start(handle, syscall, memory, finish, value, signal) {
  lanes[USER_DATA] = free >= 0 ? free : slots.length;
  if (memory === undefined) native.submit();
  else native.submit(memory);
  return started(handle, syscall, memory, finish, value, signal);
}

/** As start, for a list of segments; `memory` is one view for all of them or a list of views. */
function startMany(handle, syscall, segments, memory, finish, value, signal) {
  lanes[USER_DATA] = free >= 0 ? free : slots.length;
  native.submitMany(segments, memory);
  return started(handle, syscall, [segments, memory], finish, value, signal);
}

function started(handle, syscall, memory, finish, value, signal) {
  const status = signed[STATUS];
  if (status === ANSWER.DONE) {
    if (lanes[OUT + FLAGS] & COMPLETION.STAGED) scheduleFlush();
    if (signed[OUT + ERROR] !== 0) {
      return Promise.reject(failure(handle, syscall, signed[OUT + ERROR], signed[OUT + NATIVE]));
    }
    const result = get64(OUT + RESULT);
    const out = finish(result, value, OUT);
    budget -= 1 + (memory === undefined ? 0 : result / 4096);
    return budget > 0 ? Promise.resolve(out) : nextTurn(out);
  }
  if (status !== ANSWER.PENDING) return Promise.reject(failure(handle, syscall, -status, 0));
  return pending(new Operation(handle, syscall, memory, finish, value, signal)).then(undefined, recapture);
}

let untilNextTurn;

/** The budget stays empty until the turn has come: else each of many chains of operations would get one of its own. */
function nextTurn(value) {
  untilNextTurn ??= new Promise((resolve) => {
    setImmediate(() => {
      budget = BUDGET;
      untilNextTurn = undefined;
      resolve();
    });
  });
  return untilNextTurn.then(() => value);
}

function pending(operation) {
  takeSlot(operation);
  if (lanes[OUT + FLAGS] & COMPLETION.STAGED) scheduleFlush();
  if (operation.signal !== undefined) operation.watch();
  return new Promise((resolve, reject) => {
    operation.resolve = resolve;
    operation.reject = reject;
  });
}

/** What a read to the end could not put into its memory. */
function spill(lane, length) {
  return native.spill(lanes[lane + SPILL], lanes[lane + SPILL + 1], length);
}

/** Whether the kernel or a worker still works for this handle. */
function inFlight(handle) {
  return slots.some((operation) => operation.handle === handle);
}

module.exports = { inFlight, ready, spill, start, startMany };
