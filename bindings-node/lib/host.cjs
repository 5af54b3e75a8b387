'use strict';

// Makes our FileHandle one of the host's: `handle instanceof FileHandle` holds inside Node too, so fs.ReadStream,
// fs.promises.readFile and others take it. Node does not export its class, so the first open looks at a handle of
// Node's, once per thread.

const fs = require('node:fs');
const os = require('node:os');

const hosted = process.versions.bun === undefined && globalThis.Deno === undefined;
const nodeOpen = fs.promises.open;

let adopting;
let adopted = !hosted;

async function adoptFrom(FileHandle) {
  try {
    const sample = await nodeOpen(os.devNull, 'r');
    const Host = sample.constructor;
    await sample.close();
    if (typeof Host === 'function' && typeof Host.prototype?.on === 'function') {
      Object.setPrototypeOf(FileHandle, Host);
      Object.setPrototypeOf(FileHandle.prototype, Host.prototype);
    }
  } catch {
    // Then it stays a class of its own.
  }
  adopted = true;
}

/** A promise when there is something to wait for. */
function adopt(FileHandle) {
  if (adopted) return undefined;
  adopting ??= adoptFrom(FileHandle);
  return adopting;
}

module.exports = { adopt };
