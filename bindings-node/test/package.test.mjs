// The package as it is published: what is in it, and that it works in an empty folder.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { installPacked, packageRoot } from './support/packed.mjs';
import { testOurs } from './support/testing.mjs';

const ours = (title, run) => testOurs('it is about the package', title, { timeout: 240_000 }, run);

const USE = `
  if (typeof open !== 'function' || typeof wrapFd !== 'function') throw new Error('exports');
  open(process.argv[1]).then(async (handle) => {
    const text = await handle.readFile('utf8');
    await handle.close();
    console.log(text, getBackendInfo().backend);
  });
`;

ours('[package.works] installed from the tarball it is required and imported', async () => {
  const { folder } = await installPacked();
  const file = path.join(folder, 'sample');
  fs.writeFileSync(file, 'works');
  const backend = process.env.AYAFILEIO_BACKEND;
  for (const args of [
    ['-e', `const { open, wrapFd, getBackendInfo } = require('ayafileio');${USE}`],
    ['--input-type=module', '-e', `import { open, wrapFd, getBackendInfo } from 'ayafileio';${USE}`],
    ['--input-type=module', '-e', `const { open, wrapFd, getBackendInfo } = await import('ayafileio');${USE}`],
  ]) {
    const out = execFileSync(process.execPath, [...args, file], { cwd: folder, encoding: 'utf8' });
    assert.match(out, backend ? new RegExp(`^works ${backend}\n$`) : /^works (io_uring|threadpool)\n$/);
  }
});

ours('[package.contents] it holds what it needs and nothing else: no tests, no sources of the addon, no install script', async () => {
  const { files, folder } = await installPacked();
  for (const needed of ['package.json', 'README.md', 'index.cjs', 'index.mjs', 'types/index.d.mts', 'types/index.d.cts', 'prebuilds/linux-x64/ayafileio.node', 'prebuilds/linux-x64/libayafileio.so']) {
    assert.ok(files.includes(needed), `${needed} in ${files.join(' ')}`);
  }
  const strays = files.filter((file) => /^(test|bench|demo|native|scripts|node_modules)\//.test(file) || /\/\./.test(file));
  assert.deepEqual(strays, []);
  const { scripts = {}, dependencies = {}, exports } = JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', 'ayafileio', 'package.json'), 'utf8'));
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(scripts[hook], undefined);
  assert.deepEqual(dependencies, {});
  assert.ok(exports['.'].import && exports['.'].require);
  assert.deepEqual(fs.readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['ayafileio']);
});

ours('[package.missing] without the addon the error says for which platform it is missing', async () => {
  const { folder } = await installPacked();
  const addons = path.join(folder, 'node_modules', 'ayafileio', 'prebuilds');
  fs.renameSync(addons, `${addons}-away`);
  try {
    const program = `try { const { open } = require('ayafileio'); open('/dev/null').then(() => console.log('opened'), (error) => console.log(error.message)); } catch (error) { console.log(error.message); }`;
    const out = execFileSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' });
    assert.match(out, new RegExp(`${process.platform}-${process.arch}`), out);
    assert.doesNotMatch(out, /^opened/);
  } finally {
    fs.renameSync(`${addons}-away`, addons);
  }
});

ours('[library.missing] a library that is not there is an error that names it', async () => {
  const { folder } = await installPacked();
  const program = `const { open } = require('ayafileio'); open('/dev/null').then(() => console.log('opened'), (error) => console.log(error.code, error.message));`;
  const out = execFileSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8', env: { ...process.env, AYAFILEIO_LIBRARY: '/nowhere/libayafileio.so' } });
  assert.match(out, /\/nowhere\/libayafileio\.so/);
});

ours('the guide names every export', () => {
  const guide = fs.readFileSync(path.join(packageRoot, 'README.md'), 'utf8') + fs.readFileSync(path.join(packageRoot, 'REFERENCE.md'), 'utf8');
  for (const name of ['open', 'readFile', 'writeFile', 'appendFile', 'wrapFd', 'configure', 'getConfig', 'resetConfig', 'getBackendInfo', 'drainHandlePool', 'drainBufferPool']) {
    assert.ok(guide.includes(name), name);
  }
});
