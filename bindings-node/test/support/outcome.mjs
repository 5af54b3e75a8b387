// What a call did, as plain data: returned, threw at once, resolved or rejected, and with what.

import crypto from 'node:crypto';
import fs from 'node:fs';

/** Calls and waits. A throw at the call and a rejection are different outcomes. */
export async function outcome(act, ...secrets) {
  let value;
  try {
    value = act();
  } catch (error) {
    return { threw: describe(error, secrets) };
  }
  if (typeof value?.then !== 'function') return { returned: describe(value, secrets) };
  try {
    return { resolved: describe(await value, secrets) };
  } catch (error) {
    return { rejected: describe(error, secrets) };
  }
}

/** A value as data that deepStrictEqual compares well. `secrets` are paths that differ by design. */
export function describe(value, secrets = [], depth = 0) {
  switch (typeof value) {
    case 'bigint': return `${value}n`;
    case 'function': return `function ${value.name}`;
    case 'symbol': return String(value);
    case 'string': return hide(value, secrets);
    case 'object': break;
    default: return value;
  }
  if (value === null) return null;
  if (value instanceof Error || value instanceof DOMException) return describeError(value, secrets, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return describeBytes(value);
  if (value instanceof Date) return { Date: value.getTime() };
  if (value instanceof fs.Stats) return { Stats: statFields(value) };
  if (depth > 4) return '…';
  if (Array.isArray(value)) return value.map((item) => describe(item, secrets, depth + 1));
  const proto = Object.getPrototypeOf(value);
  if (proto !== null && proto !== Object.prototype) return { instance: proto.constructor?.name };
  const out = proto === null ? { '(prototype)': null } : {};
  for (const key of Object.keys(value)) {
    // Numbers of descriptors differ by nature.
    out[key] = key === 'fd' && value[key] > 2 ? 'open' : describe(value[key], secrets, depth + 1);
  }
  return out;
}

function describeError(error, secrets, depth) {
  const out = {
    class: error.constructor.name,
    name: error.name,
    message: hide(error.message, secrets),
    isDOMException: error instanceof DOMException,
    stackIsString: typeof error.stack === 'string',
  };
  for (const key of ['code', 'errno', 'syscall', 'path', 'dest']) {
    if (key in error) out[key] = describe(error[key], secrets, depth + 1);
  }
  if (error.cause !== undefined && depth < 3) out.cause = describe(error.cause, secrets, depth + 1);
  return out;
}

function describeBytes(value) {
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const shown = bytes.length <= 96 ? Buffer.from(bytes).toString('latin1')
    : `sha1 ${crypto.createHash('sha1').update(bytes).digest('hex')}`;
  return { bytes: value.constructor.name, length: bytes.length, shown };
}

// Times and inode numbers differ between two files by nature; the rest is the same.
function statFields(stats) {
  const out = { keys: Object.keys(stats).sort().join() };
  for (const key of ['mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'size', 'dev']) out[key] = describe(stats[key]);
  for (const key of ['isFile', 'isDirectory', 'isFIFO', 'isSymbolicLink', 'isSocket', 'isBlockDevice', 'isCharacterDevice']) {
    out[key] = stats[key]();
  }
  return out;
}

function hide(text, secrets) {
  for (const secret of secrets) text = text.split(secret).join('<dir>');
  return text;
}
