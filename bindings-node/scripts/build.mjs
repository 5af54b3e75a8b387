// Compiles the addon for this system into prebuilds/<platform>-<arch> and puts the library beside it.
//
//   node scripts/build.mjs
//
// AYAFILEIO_PREBUILT_LIB   a libayafileio that is built already; else `go build` makes one
// AYAFILEIO_NODE_API       the folder with node_api.h; else that of the package node-api-headers
// AYAFILEIO_SANITIZE       for example address,undefined: builds the addon with these sanitizers
// CC                       the C compiler, cc by default

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const repository = path.dirname(root);
const out = path.join(root, 'prebuilds', `${process.platform}-${process.arch}`);

function run(program, args, options = {}) {
  console.log([program, ...args].join(' '));
  execFileSync(program, args, { stdio: 'inherit', ...options });
}

/** Puts a finished file in place at once: a process that has the old one mapped keeps it. */
function install(name, make) {
  const target = path.join(out, name);
  const fresh = path.join(out, `.${name}.${process.pid}`);
  make(fresh);
  renameSync(fresh, target);
}

function buildLibrary(target) {
  if (process.env.AYAFILEIO_PREBUILT_LIB) {
    copyFileSync(process.env.AYAFILEIO_PREBUILT_LIB, target);
    return;
  }
  const made = path.join(repository, 'build', 'node-lib', 'libayafileio.so');
  run('go', ['build', '-buildmode=c-shared', '-trimpath', '-ldflags=-s -w', '-o', made, './capi'], { cwd: repository });
  copyFileSync(made, target);
}

/** Node-API's headers: those named, those that `go run ./ci build` has installed, or those of `npm install` here. */
function headersFolder() {
  const installed = path.join(repository, 'build', 'npm', 'node_modules', 'node-api-headers', 'include');
  if (process.env.AYAFILEIO_NODE_API) return process.env.AYAFILEIO_NODE_API;
  return existsSync(installed) ? installed : createRequire(import.meta.url)('node-api-headers').include_dir;
}

function buildAddon(target) {
  const native = path.join(root, 'native');
  const sources = readdirSync(native).filter((name) => name.endsWith('.c')).sort();
  const flags = ['-std=c11', '-fPIC', '-shared', '-fvisibility=hidden', '-pthread', '-Wall', '-Wextra', '-Werror'];
  const sanitize = process.env.AYAFILEIO_SANITIZE;
  if (sanitize) flags.push('-O1', '-g', '-fno-omit-frame-pointer', `-fsanitize=${sanitize}`);
  else flags.push('-O2', '-s');
  const cc = process.env.CC || 'cc';
  const includes = [headersFolder(), path.join(repository, 'capi')].map((folder) => `-I${folder}`);
  run(cc, [...flags, ...includes, ...sources.map((name) => path.join(native, name)), '-o', target, '-ldl']);
}

mkdirSync(out, { recursive: true });
install('libayafileio.so', buildLibrary);
install('ayafileio.node', buildAddon);
console.log(`built ${path.relative(process.cwd(), out)}`);
