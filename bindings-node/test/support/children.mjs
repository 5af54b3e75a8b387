// Runs one of the programs in children/ in a process of its own and says what came out of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Runs children/<name> to its end. `code` is what it must exit with, `quiet` that it prints nothing to stderr. */
export async function runChild(name, args = [], { env = {}, flags = [], code = 0, signal = null, quiet = true, timeout = 120_000 } = {}) {
  const file = path.join(here, '..', 'children', name);
  const child = spawn(process.execPath, [...flags, file, ...args.map(String)], {
    env: { ...process.env, NODE_TEST_CONTEXT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const hung = setTimeout(() => child.kill('SIGABRT'), timeout); // Go prints where it hangs
  const [exit, bySignal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(hung);
  const all = `${name} ${args.join(' ')}: exit ${exit}, signal ${bySignal}\n${out}\n${err}`;
  if (code !== null) assert.deepEqual([exit, bySignal], [signal ? null : code, signal], all);
  if (quiet) assert.equal(err, '', all);
  return { out, err, exit, signal: bySignal };
}
