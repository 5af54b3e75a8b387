// The types: compiled against the installed package with moduleResolution node16, as ESM and as CommonJS.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { installPacked, typesFolder } from './support/packed.mjs';
import { testOurs } from './support/testing.mjs';

const programs = path.join(path.dirname(fileURLToPath(import.meta.url)), 'types');
const modules = typesFolder();
const skip = !modules && 'typescript and @types/node are not installed: npm install in bindings-node, or AYAFILEIO_NPM';

/** Compiles one program beside the installed package. */
async function compile(name, text) {
  const { folder } = await installPacked();
  for (const wanted of fs.readdirSync(modules)) {
    const link = path.join(folder, 'node_modules', wanted);
    if (wanted !== 'ayafileio' && !wanted.startsWith('.') && !fs.existsSync(link)) fs.symlinkSync(path.join(modules, wanted), link);
  }
  fs.writeFileSync(path.join(folder, name), text);
  const flags = ['--noEmit', '--strict', '--module', 'node16', '--moduleResolution', 'node16', '--target', 'es2022', '--lib', 'es2022,esnext.disposable', '--types', 'node', '--exactOptionalPropertyTypes', '--pretty', 'false'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(modules, 'typescript', 'bin', 'tsc'), ...flags, name], { cwd: folder, encoding: 'utf8', timeout: 200_000 });
  fs.rmSync(path.join(folder, name));
  return { status, text: stdout + stderr };
}

for (const name of fs.readdirSync(programs).filter((file) => /\.[cm]ts$/.test(file))) {
  testOurs('it is about our types', `[types.right] ${name} compiles`, { skip, timeout: 240_000 }, async () => {
    const { status, text } = await compile(name, fs.readFileSync(path.join(programs, name), 'utf8'));
    assert.equal(text, '');
    assert.equal(status, 0);
  });
}

const WRONG = {
  'an unknown option': 'await a.configure({ nothingLikeThis: 1 });',
  'a wrong type of an option': 'a.configure({ bufferSize: "large" });',
  'flags that are none': 'await a.open("x", {});\nawait a.open("x", Symbol("r"));',
  'readAt without an offset': 'await (await a.open("x")).readAt(10);',
  'wrapFd of a path': 'await a.wrapFd("x");',
  'a count taken for a Buffer': 'const n: Buffer = await (await a.open("x")).readAt(Buffer.alloc(1), 0); n.length;',
};
for (const [name, line] of Object.entries(WRONG)) {
  testOurs('it is about our types', `[types.refuse] ${name} does not compile`, { skip, timeout: 240_000 }, async () => {
    const { status, text } = await compile('wrong.mts', `import * as a from 'ayafileio';\n${line}\n`);
    assert.notEqual(status, 0, 'it compiled');
    assert.match(text, /wrong\.mts\([23],\d+\): error TS/);
    assert.doesNotMatch(text, /Cannot find module/);
  });
}
