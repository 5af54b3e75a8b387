// One contender in a process of its own: reads requests as JSON lines, answers each with one sample.
//
//   node worker.mjs CONTENDER
//
// The driver (`go run ./ci bench`) starts one such process per contender and asks them in turn. A request names a scenario
// and its parameters; with "verify" the contender compares every byte it gets with what must be there, which is not
// measured.

import { createInterface } from 'node:readline';

const contender = await import(`./contenders/${process.argv[2]}.mjs`);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ about: contender.about });
for await (const line of createInterface({ input: process.stdin })) {
  const { scenario, parameters, verify } = JSON.parse(line);
  try {
    say(await contender.scenarios[scenario](parameters, verify));
  } catch (error) {
    say({ error: error.stack ?? String(error) });
  }
}
