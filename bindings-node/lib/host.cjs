'use strict';

// Makes our FileHandle one of Node's: `handle instanceof FileHandle` holds inside Node too, so fs.createReadStream,
// fs.promises.readFile, http2 and others take it where they take Node's own. Node does not export its class, so the
// first open looks at a handle of Node's, once per thread.
//
// Node's constructor runs for ours as well, and marks it as something that postMessage can transfer. Every method that
// Node's class has is either ours or refused: none of them may work on the inside that ours does not have.

const fs = require('node:fs');
const os = require('node:os');
const { hold, letGo } = require('./close.cjs');
const { coded } = require('./errors.cjs');
const { isNode } = require('./runtime.cjs');
const { transfer, transferList } = require('./transfer.cjs');

const nodeOpen = fs.promises.open;

let adopting;
let adopted = false;
let asked = !isNode;

function define(prototype, key, value) {
  Object.defineProperty(prototype, key, { value, writable: true, configurable: true });
}

/** Methods of Node's that go by a symbol, with what ours does instead. */
function internals(Native) {
  return {
    kRef() {
      hold(this);
    },
    kUnref() {
      letGo(this);
    },
    messaging_transfer_list_symbol() {
      return transferList(this, Native);
    },
    messaging_transfer_symbol() {
      return transfer(this);
    },
  };
}

function cover(prototype, host, own) {
  for (const key of Reflect.ownKeys(host)) {
    if (Object.hasOwn(prototype, key)) continue;
    const name = typeof key === 'symbol' ? key.description : key;
    const method = Object.hasOwn(own, name) ? own[name] : undefined;
    define(prototype, key, method ?? function notImplemented() {
      throw coded(Error, 'ERR_METHOD_NOT_IMPLEMENTED', `The ${name} method is not implemented`);
    });
  }
}

/** The class of the thing inside Node's handle, of which a transferred handle is made. */
function nativeClass(sample) {
  const inside = Object.getOwnPropertySymbols(sample).map((key) => sample[key]);
  return inside.find((value) => value?.fd !== undefined && typeof value.close === 'function')?.constructor;
}

async function adoptFrom(FileHandle) {
  try {
    const sample = await nodeOpen(os.devNull, 'r');
    const Host = sample.constructor;
    const Native = nativeClass(sample);
    await sample.close();
    const symbols = Object.getOwnPropertySymbols(Host.prototype).map((key) => key.description);
    // A Node that counts the users of a handle in another way would let it close under them.
    if (symbols.includes('kRef') && symbols.includes('kUnref')) {
      cover(FileHandle.prototype, Host.prototype, internals(Native));
      Object.setPrototypeOf(FileHandle, Host);
      Object.setPrototypeOf(FileHandle.prototype, Host.prototype);
      adopted = true;
    }
  } catch {
    // Then ours stays a class of its own, which only Node's functions notice.
  }
  asked = true;
}

/** A promise while there is something to wait for. */
function adopt(FileHandle) {
  if (asked) return undefined;
  adopting ??= adoptFrom(FileHandle);
  return adopting;
}

/** Whether Node takes our handle for its own. */
function isAdopted() {
  return adopted;
}

module.exports = { adopt, isAdopted };
