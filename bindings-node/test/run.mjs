// Runs the suite with the Node that runs this file.
//
//   node test/run.mjs [--impl=ayafileio|node] [--backend=io_uring|threadpool] [--dir=DIR] [--slow] [--only=TEXT]
//                     [--reporter=NAME]
//
//   --impl      what the FileHandle tests run against; node validates the tests themselves
//   --backend   forces a backend
//   --dir       where the files of the tests are made; /dev/shm for tmpfs
//   --slow      also what takes long or much memory
//   --only      only files that have this in their name
//   --without   not these files: faults,leaks
//
// The package has to be built (scripts/build.mjs). Tests with faults want AYAFILEIO_TEST_LIBRARY, the library of the
// test build (build/lib-test/libayafileio.so when it is there); without it they are skipped.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    impl: { type: 'string' },
    backend: { type: 'string' },
    dir: { type: 'string' },
    slow: { type: 'boolean' },
    only: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
    reporter: { type: 'string', default: 'spec' },
  },
});

const env = { ...process.env };
if (values.impl) env.AYAFILEIO_TEST_IMPL = values.impl;
if (values.backend) env.AYAFILEIO_BACKEND = values.backend;
if (values.dir) env.AYAFILEIO_TEST_DIR = values.dir;
if (values.slow) env.AYAFILEIO_TEST_SLOW = '1';

const left = new Set(values.without.split(',').map((name) => `${name}.test.mjs`));
const files = fs.readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs') && name.includes(values.only) && !left.has(name))
  .sort()
  .map((name) => path.join(here, name));
if (files.length === 0) throw new Error(`no test file has ${values.only} in its name`);

// One file at a time: some measure threads, descriptors and the loop. The time is for what hangs; nothing takes as long.
const flags = ['--test', `--test-reporter=${values.reporter}`, '--test-concurrency=1', '--test-timeout=400000'];
const child = spawn(process.execPath, [...flags, ...files], { env, stdio: 'inherit' });
child.on('close', (code, signal) => {
  if (signal) console.error(`the test runner ended by ${signal}`);
  process.exitCode = code ?? 1;
});
