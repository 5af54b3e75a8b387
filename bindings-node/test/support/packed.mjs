// The package as npm would publish it, installed into an empty folder.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freshDir } from './workdir.mjs';

const run = promisify(execFile);
export const packageRoot = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

let packed;

/** The folder, and the names of the files that the tarball holds. Made once per process. */
export function installPacked() {
  packed ??= make();
  return packed;
}

async function make() {
  const folder = freshDir();
  const options = { maxBuffer: 64 << 20, timeout: 120_000 };
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { ...options, cwd: packageRoot });
  const [{ filename, files }] = Object.values(JSON.parse(stdout.slice(stdout.search(/[[{]/))));
  fs.writeFileSync(path.join(folder, 'package.json'), '{"name": "empty", "private": true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(folder, filename)], { ...options, cwd: folder });
  return { folder, files: files.map((file) => file.path) };
}

/** Where typescript and @types/node are installed, or null. */
export function typesFolder() {
  const places = [process.env.AYAFILEIO_NPM, packageRoot, path.join(packageRoot, '..', 'build', 'npm')];
  for (const place of places) {
    const modules = place && (path.basename(place) === 'node_modules' ? place : path.join(place, 'node_modules'));
    if (modules && fs.existsSync(path.join(modules, 'typescript')) && fs.existsSync(path.join(modules, '@types', 'node'))) return modules;
  }
  return null;
}
