// What a handle and the module look like: names, kinds, stacks of errors, cloning.

import assert from 'node:assert/strict';
import fsp from 'node:fs/promises';
import { createRequire } from 'node:module';
import { MessageChannel } from 'node:worker_threads';

import { lib, nodeMajor, open } from './support/impl.mjs';
import { parity } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshDir, freshFile, freshPath } from './support/workdir.mjs';

test('[surface.methods] every public member of a FileHandle of Node is there, and is of the same kind', async () => {
  const file = freshFile();
  const [node, ours] = [await fsp.open(file), await open(file)];
  const members = new Set(['close', ...Object.getOwnPropertyNames(Object.getPrototypeOf(node))]);
  for (const name of members) {
    if (name === 'constructor' || name === 'getAsyncId') continue; // of the event hooks, and not documented
    assert.equal(typeof ours[name], typeof node[name], name);
  }
  const dispose = Symbol.asyncDispose;
  if (dispose) assert.equal(typeof ours[dispose], 'function');
  assert.equal(ours.constructor.name, 'FileHandle');
  await node.close();
  await ours.close();
});

test('fd is a number that others can use, and nobody can set', async () => {
  const handle = await open(freshFile('abc'));
  assert.ok(Number.isInteger(handle.fd) && handle.fd > 2);
  assert.throws(() => { handle.fd = 5; }, TypeError);
  const { readFileSync } = await import('node:fs');
  assert.equal(readFileSync(handle.fd, 'latin1'), 'abc');
  await handle.close();
});

const METHODS = ['read', 'readv', 'write', 'writev', 'readFile', 'writeFile', 'appendFile', 'stat', 'sync', 'datasync', 'truncate', 'chmod', 'chown', 'utimes', 'close'];
test('every method returns a real promise', async () => {
  const handle = await open(freshFile(), 'r+');
  const args = {
    read: [Buffer.alloc(1)], readv: [[Buffer.alloc(1)]], write: ['x'], writev: [[Buffer.from('x')]], writeFile: ['x'], appendFile: ['x'],
    truncate: [0], chmod: [0o600], chown: [-1, -1], utimes: [1, 1],
  };
  for (const name of METHODS) {
    const result = handle[name](...(args[name] ?? []));
    assert.ok(result instanceof Promise, name);
    assert.equal(Object.getPrototypeOf(result), Promise.prototype, name);
    await result;
  }
});

parity('a wrong argument rejects, it never throws', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const seen = [];
  for (const name of ['read', 'readv', 'write', 'writev', 'readFile', 'writeFile', 'appendFile', 'truncate', 'chmod', 'chown', 'utimes']) {
    seen.push([name, await stage.outcome(() => handle[name](Symbol('wrong'), Symbol('wrong')))]);
  }
  return seen;
});

test('[errors.class] an error of the system has code, errno, syscall, and a message like Node\'s', async () => {
  const handle = await open(freshDir());
  await assert.rejects(handle.read(Buffer.alloc(1)), (error) => {
    assert.equal(error.constructor, Error);
    assert.deepEqual({ ...error }, { errno: -21, code: 'EISDIR', syscall: 'read' });
    assert.equal(error.message, 'EISDIR: illegal operation on a directory, read');
    return true;
  });
  await handle.close();
});

testOurs('Node shows the caller only from 22 on, and not always', '[errors.stack] the stack of an error shows who called', async () => {
  const directory = await open(freshDir());
  async function theCallerOfRead() {
    await directory.read(Buffer.alloc(1));
  }
  async function theCallerOfOpen() {
    await open(freshPath('missing'));
  }
  async function theCallerOfReadFile() {
    await lib.readFile(freshPath('missing'));
  }
  for (const caller of [theCallerOfRead, theCallerOfOpen, theCallerOfReadFile]) {
    await assert.rejects(caller(), (error) => {
      assert.match(error.stack, new RegExp(caller.name), error.stack);
      assert.ok(error.stack.startsWith(`Error: ${error.message}`), error.stack);
      return true;
    });
  }
  await directory.close();
});

parity('a handle cannot be cloned, and says so', { since: 22 }, async (stage) => {
  const handle = await stage.open(stage.path);
  const { port1, port2 } = new MessageChannel();
  const name = async (act) => {
    const { threw } = await stage.outcome(act);
    return threw && [threw.name, threw.isDOMException];
  };
  const seen = [await name(() => { structuredClone(handle); }), await name(() => { port1.postMessage({ handle }); })];
  port1.close();
  port2.close();
  return [seen, handle.fd > 2];
});

/** Moves a handle to the other end of a channel; what arrives there is used and closed. */
async function moved(stage, handle) {
  const { port1, port2 } = new MessageChannel();
  const arrived = new Promise((resolve, reject) => {
    port2.once('message', resolve);
    port2.once('messageerror', reject);
  });
  const sent = await stage.outcome(() => { port1.postMessage(handle, [handle]); });
  let there = null;
  if (sent.returned === undefined && !sent.threw) {
    const other = await arrived;
    there = [other.constructor.name, other.fd > 2, await stage.outcome(() => other.readFile('latin1')), await stage.outcome(() => other.close())];
  }
  port1.close();
  port2.close();
  return [sent, there, handle.fd, await stage.outcome(() => handle.read(Buffer.alloc(1))), await stage.outcome(() => handle.close())];
}

parity('a handle is transferred: it works there and is closed here', { since: 22 }, async (stage) => moved(stage, await stage.open(stage.path)));

parity('a transferred handle takes its position along', { since: 22 }, async (stage) => {
  const handle = await stage.open(stage.path);
  await handle.read(Buffer.alloc(5));
  return moved(stage, handle);
});

parity('a handle in use is not transferred', { since: 22 }, async (stage) => {
  const handle = await stage.open(stage.path);
  const stream = handle.createReadStream();
  const { port1, port2 } = new MessageChannel();
  const { threw } = await stage.outcome(() => port1.postMessage(handle, [handle]));
  stream.destroy();
  port1.close();
  port2.close();
  return threw && [threw.name, threw.message, threw.isDOMException];
});

test('printing a handle works, open and closed', async () => {
  const { inspect } = await import('node:util');
  const handle = await open(freshFile());
  assert.match(inspect(handle), /FileHandle/);
  await handle.close();
  assert.match(inspect(handle), /FileHandle/);
});

test('a method called on something else is a TypeError or an assertion, never a crash', async () => {
  const handle = await open(freshFile());
  for (const name of METHODS.filter((method) => method !== 'close')) {
    for (const other of [{}, undefined, null, 5, Object.create(handle)]) {
      await Promise.resolve().then(() => handle[name].call(other, Buffer.alloc(1))).catch(() => {});
    }
  }
  await handle.close();
});

testOurs('of the package', '[surface.esm-cjs] import and require give the same functions', () => {
  const required = createRequire(import.meta.url)('ayafileio');
  for (const [name, value] of Object.entries(lib)) {
    if (name !== 'default' && name !== 'module.exports' && name !== '__esModule') assert.equal(required[name], value, name);
  }
  for (const name of Object.keys(required)) assert.ok(name in lib, `${name} is exported to require only`);
});

const NAMES = ['open', 'readFile', 'writeFile', 'appendFile', 'wrapFd', 'configure', 'getConfig', 'resetConfig', 'getBackendInfo', 'drainHandlePool', 'drainBufferPool'];
testOurs('of the package', '[surface.names] the module exports what it promises', () => {
  for (const name of NAMES) assert.equal(typeof lib[name], 'function', name);
});

const SHOWS_PATH = nodeMajor >= 26;
test('errors of whole files by path name the path', { skip: !SHOWS_PATH && lib === null && 'this Node does not' }, async () => {
  const missing = freshPath('missing');
  const { readFile } = lib ?? fsp;
  await assert.rejects(readFile(missing), { code: 'ENOENT', path: missing, syscall: 'open' });
});
