// node:fs with callbacks: libuv's threads, without a promise per call.

import { closeSync, openSync, read } from 'node:fs';

import { measured } from '../content.mjs';

export const about = `node:fs with callbacks, Node.js ${process.versions.node}`;

export const scenarios = {
  async 'node-in-flight'(parameters, verify) {
    const { path, size } = parameters;
    const fd = openSync(path, 'r');
    const one = (offset) => new Promise((resolve, reject) => {
      read(fd, Buffer.allocUnsafe(size), 0, size, offset, (error, count, bytes) => (error ? reject(error) : resolve(bytes)));
    });
    try {
      return await measured(parameters, verify, (wanted) => inCallbacks(fd, size, parameters.in_flight, wanted), one);
    } finally {
      closeSync(fd);
    }
  },
};

/** Each callback starts the next read. */
function inCallbacks(fd, size, inFlight, wanted) {
  return new Promise((resolve, reject) => {
    let next = 0;
    let running = 0;
    const start = () => {
      if (next === wanted.length) {
        if (running === 0) resolve();
        return;
      }
      running++;
      read(fd, Buffer.allocUnsafe(size), 0, size, wanted[next++], (error) => {
        running--;
        if (error) reject(error);
        else start();
      });
    };
    for (let i = 0; i < inFlight; i++) start();
  });
}
