// readLines as Node has it, and our own iteration: `for await (const line of handle)` and `lines()`.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { inspect } from 'node:util';

import { open } from './support/impl.mjs';
import { streamParity as parity } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile } from './support/workdir.mjs';

const TEXTS = {
  'lines': 'one\ntwo\nthree\n',
  'no newline at the end': 'one\ntwo',
  'nothing': '',
  'only a newline': '\n',
  'empty lines': 'a\n\n\nb\n',
  'carriage returns': 'one\r\ntwo\r\n',
  'mixed ends': 'a\r\nb\nc\rd\n',
  'characters beyond ASCII': 'naïve\n文字\n😀\n',
  'a long line': `${'x'.repeat(200_000)}\nshort\n`,
  'many lines': Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\n'),
};
const OPTIONS = [undefined, {}, { encoding: 'utf8' }, { encoding: 'latin1' }, { start: 2 }, { start: 2, end: 8 }, { autoClose: false }, { highWaterMark: 3 }, 'utf8'];

for (const [name, content] of Object.entries(TEXTS)) {
  for (const options of name === 'lines' ? OPTIONS : [undefined, { highWaterMark: 5000 }]) {
    parity(`readLines(${inspect(options)}): ${name}`, { content }, async (stage) => {
      const handle = await stage.open(stage.path);
      const lines = [];
      for await (const line of handle.readLines(options)) lines.push(line);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return [lines, handle.fd > 2];
    });
  }
}

for (const options of [{ start: -1 }, { encoding: 'klingon' }, { end: 'x' }]) {
  parity(`readLines(${inspect(options)}) is refused alike`, async (stage) => {
    const handle = await stage.open(stage.path);
    return stage.outcome(() => { handle.readLines(options); });
  });
}

parity('readLines: events, and what it is', { content: 'a\nb\n' }, async (stage) => {
  const handle = await stage.open(stage.path);
  const lines = handle.readLines();
  stage.note(lines.constructor.name);
  lines.on('line', (line) => stage.note('line', line));
  await new Promise((resolve) => { lines.on('close', resolve); });
  stage.note('closed');
  await new Promise((resolve) => setTimeout(resolve, 10));
  return handle.fd;
});

parity('readLines: left early', { content: 'a\nb\nc\n' }, async (stage) => {
  const handle = await stage.open(stage.path);
  for await (const line of handle.readLines()) {
    stage.note(line);
    break;
  }
  return stage.outcome(() => handle.close());
});

const WHY = 'Node has no lines() and a handle that cannot be iterated';

async function take(iterable, count = Infinity) {
  const lines = [];
  for await (const line of iterable) {
    lines.push(line);
    if (lines.length >= count) break;
  }
  return lines;
}

for (const [name, content] of Object.entries(TEXTS)) {
  testOurs(WHY, `[lines.same] iteration gives the lines that readLines gives: ${name}`, async () => {
    const file = freshFile(content);
    const [a, b, c] = [await open(file), await open(file), await open(file)];
    const want = await take(a.readLines());
    // readline also takes a lone carriage return for the end of a line; a file's lines end in LF or CR LF.
    const expected = name === 'mixed ends' ? ['a', 'b', 'c\rd'] : want;
    assert.deepEqual(await take(b), expected);
    assert.deepEqual(await take(c.lines()), expected);
    await Promise.all([a.close(), b.close(), c.close()]);
  });
}

testOurs(WHY, '[lines.position] what is left after an early end is read on from there', async () => {
  const handle = await open(freshFile('one\ntwo\nthree\nfour'));
  assert.deepEqual(await take(handle, 2), ['one', 'two']);
  assert.deepEqual(await take(handle, 1), ['three']);
  assert.equal(await handle.readFile('utf8'), 'four');
  assert.ok(handle.fd > 2, 'iteration does not close');
  await handle.close();
});

testOurs(WHY, '[lines.growing] lines that come later are seen by the next iteration', async () => {
  const file = freshFile('one\n');
  const handle = await open(file);
  assert.deepEqual(await take(handle), ['one']);
  fs.appendFileSync(file, 'two\n\nthree');
  assert.deepEqual(await take(handle), ['two', '', 'three']);
  await handle.close();
});

testOurs(WHY, '[lines.errors] iterating what cannot be read, or is closed, rejects', async () => {
  const writer = await open(freshFile(), 'w');
  await assert.rejects(take(writer), { code: 'EBADF' });
  await writer.close();
  await assert.rejects(take(writer), { code: 'EBADF' });
});
