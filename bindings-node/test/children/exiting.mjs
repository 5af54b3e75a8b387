// Starts operations and ends the process in some way.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { open } from '../support/impl.mjs';

const [file, what, how] = process.argv.slice(2);

const roles = {
  reads: async () => {
    const handle = await open(file);
    globalThis.kept = handle;
    const again = () => handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0).then(how === 'end' ? () => {} : again, () => {});
    for (let i = 0; i < 20; i++) again();
  },
  fifo: async () => {
    const handle = await open(file, fs.constants.O_RDWR);
    globalThis.kept = handle;
    for (let i = 0; i < 4; i++) handle.read(Buffer.alloc(10)).catch(() => {});
    await sleep(20);
  },
  idle: async () => { globalThis.kept = await open(file); },
  one: async () => {
    globalThis.kept = await open(file);
    globalThis.kept.read(Buffer.alloc(1 << 20)).then(({ bytesRead }) => console.log(`read ${bytesRead}`));
  },
  used: async () => {
    const handle = await open(file, 'r+');
    for (let i = 0; i < 100; i++) await handle.read(Buffer.alloc(100), 0, 100, i);
    await handle.sync();
    for await (const chunk of handle.createReadStream({ start: 0 })) if (chunk.length === 0) throw new Error('empty');
    console.log('used');
  },
  gathered: async () => {
    globalThis.kept = await open(file, { flags: 'w', buffering: 1 << 20 });
    await globalThis.kept.write('gathered at exit');
  },
  spawn: async () => {
    const handle = await open(file);
    for (let i = 0; i < 10; i++) {
      const reads = Array.from({ length: 20 }, (_, k) => handle.read(Buffer.alloc(200_000), 0, 200_000, k * 1000));
      await promisify(execFile)('true');
      await Promise.all(reads);
    }
    await handle.close();
  },
};

await roles[what]();
switch (how) {
  case 'exit': process.exit(7); break;
  case 'exit-in-callback': globalThis.kept.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0).then(() => process.exit(7)); break;
  case 'throw': setImmediate(() => { throw new Error('on purpose'); }); break;
  case 'end': break;
  default: {
    const [signal, fallback] = how.split('-');
    if (!fallback) {
      process.on(signal, () => {
        console.log(`got ${signal}`);
        process.exit(5);
      });
    }
    setTimeout(() => process.kill(process.pid, signal), 30);
  }
}
