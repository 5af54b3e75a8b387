// Handles that nobody closed: reported as the running Node reports its own, and their descriptor is released.

import assert from 'node:assert/strict';

import { runChild } from './support/children.mjs';
import { implName, nodeMajor, ours } from './support/impl.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshFile } from './support/workdir.mjs';

const flags = ['--expose-gc'];
const collect = (what, env) => runChild('collected.mjs', [freshFile('abc'), what], { flags, env, quiet: false });

/** What was reported, without the number of the descriptor and the file's name. */
const plain = (text) => text.replaceAll(/descriptor:? \d+( \(.*?\))?/g, 'descriptor N');

test('[close.collected] an unclosed handle is reported and its descriptor is released', async () => {
  const { out } = await collect('handle');
  const report = JSON.parse(out);
  assert.equal(report.stillOpen, 0, out);
  assert.ok(report.heard.length >= 1, out);
  if (nodeMajor >= 25) assert.match(report.heard[0], /ERR_INVALID_STATE.*closed during garbage collection/s);
  else assert.match(report.heard[0], /Closing file descriptor \d+ on garbage collection/);
});

testOurs('it is a comparison with Node', '[close.collected-same] it is reported with the very words of the running Node', async () => {
  const got = JSON.parse((await collect('handle')).out).heard.map(plain);
  const want = JSON.parse((await collect('handle', { AYAFILEIO_TEST_IMPL: 'node' })).out).heard.map(plain);
  assert.deepEqual(got, want);
});

test('a closed handle is not reported, nor one that failed to open', async () => {
  const { out } = await collect('closed');
  assert.deepEqual(JSON.parse(out), { heard: [], stillOpen: 0 });
});

test('a handle is not collected while an operation is in flight', async () => {
  const { out } = await collect('in-flight');
  const report = JSON.parse(out);
  assert.equal(report.answer, 3, out);
  assert.equal(report.stillOpen, 0, out);
});

test('a handle is not collected while a stream reads from it', async () => {
  const { out } = await collect('stream');
  assert.deepEqual(JSON.parse(out), { heard: [], stillOpen: 0, answer: 'abc' });
});

testOurs('Node does not gather', '[close.collected-writes] what was gathered is written when an unclosed handle is collected', async () => {
  assert.ok(ours, implName);
  const { out } = await collect('gathered');
  const report = JSON.parse(out);
  assert.equal(report.answer, 'gathered', out);
});
