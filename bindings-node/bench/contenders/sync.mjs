// Synchronous Node.js: the floor that nothing asynchronous can pass.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

import { measured, wholeFiles } from '../content.mjs';

export const about = `node:fs, synchronous, Node.js ${process.versions.node}`;

export const scenarios = {
  async 'node-hot-single'(parameters, verify) {
    const { path, size } = parameters;
    const buffer = Buffer.allocUnsafe(size);
    const fd = openSync(path, 'r');
    try {
      return await measured(parameters, verify, (wanted) => {
        for (const offset of wanted) readSync(fd, buffer, 0, size, offset);
      }, (offset) => {
        readSync(fd, buffer, 0, size, offset);
        return buffer;
      });
    } finally {
      closeSync(fd);
    }
  },
  'node-read-file': (parameters, verify) => wholeFiles(parameters, verify, (name) => readFileSync(name)),
};
