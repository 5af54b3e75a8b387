// Leaves handles unclosed and reports what was heard of it.

import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { open } from '../support/impl.mjs';
import { openOn, settles } from '../support/probes.mjs';

const [file, what] = process.argv.slice(2);
const heard = [];
process.on('warning', (warning) => heard.push(`${warning.name} ${warning.code ?? ''} ${warning.message}`));
process.on('uncaughtException', (error) => heard.push(`${error.name} ${error.code} ${error.message}`));

let answer;
const cases = {
  handle: async () => { await open(file); },
  closed: async () => {
    for (let i = 0; i < 20; i++) await (await open(file)).close();
    await open(`${file}-missing`).catch(() => {});
  },
  'in-flight': async () => {
    const reading = (await open(file)).read(Buffer.alloc(10));
    for (let i = 0; i < 5; i++) globalThis.gc();
    answer = (await reading).bytesRead;
  },
  stream: async () => {
    const stream = (await open(file)).createReadStream({ encoding: 'utf8', highWaterMark: 1 });
    answer = '';
    for await (const chunk of stream) {
      globalThis.gc();
      await sleep(1);
      answer += chunk;
    }
  },
  gathered: async () => {
    const handle = await open(file, { flags: 'w', buffering: 4096 });
    await handle.write('gathered');
  },
};
await cases[what]();
await sleep(1);

const expectReport = what !== 'closed' && what !== 'stream';
await settles(() => openOn(file) === 0 && (!expectReport || heard.length > 0), 5000);
if (what === 'gathered') answer = fs.readFileSync(file, 'latin1');
console.log(JSON.stringify({ heard, stillOpen: openOn(file), answer }));
