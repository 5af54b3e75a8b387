// Looks at the process before and after the first open.

import fs from 'node:fs';

const tasks = () => fs.readdirSync('/proc/self/task').length;
const mapped = () => fs.readFileSync('/proc/self/maps', 'latin1').includes('libayafileio');

const before = tasks();
const { open } = await import('ayafileio');
const report = { mappedAfterImport: mapped(), threadsAfterImport: tasks() - before };
const handle = await open(process.argv[2]);
report.mappedAfterOpen = mapped();
await handle.close();
console.log(JSON.stringify(report));
