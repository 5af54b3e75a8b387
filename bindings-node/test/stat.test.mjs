// stat, chmod, chown, utimes, truncate, sync and datasync.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { inspect } from 'node:util';

import { open } from './support/impl.mjs';
import { parity, table } from './support/parity.mjs';
import { test } from './support/testing.mjs';
import { freshDir, freshFile, freshPath } from './support/workdir.mjs';

/** Every field, with the times: of the same file both must be equal to fs.statSync's. */
function all(stats) {
  const out = { proto: Object.getPrototypeOf(stats), keys: Object.keys(stats) };
  for (const key of ['dev', 'ino', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'size', 'blksize', 'blocks', 'atimeMs', 'mtimeMs',
    'ctimeMs', 'birthtimeMs', 'atimeNs', 'mtimeNs', 'ctimeNs', 'birthtimeNs']) out[key] = stats[key];
  for (const key of ['atime', 'mtime', 'ctime', 'birthtime']) out[key] = stats[key]?.getTime();
  for (const key of ['isFile', 'isDirectory', 'isFIFO', 'isSymbolicLink', 'isSocket', 'isBlockDevice', 'isCharacterDevice']) {
    out[key] = stats[key]();
  }
  return out;
}

const special = () => {
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  return { file: freshFile('x'.repeat(5000)), directory: freshDir(), null: '/dev/null', proc: '/proc/self/status', fifo };
};

for (const options of [undefined, {}, { bigint: false }, { bigint: true }]) {
  test(`stat with ${inspect(options)} is what fs.fstatSync says, field by field`, async () => {
    for (const [kind, file] of Object.entries(special())) {
      const handle = await open(file, kind === 'fifo' ? 'r+' : 'r');
      const got = await handle.stat(options);
      assert.deepEqual(all(got), all(fs.fstatSync(handle.fd, options ?? undefined)), kind);
      assert.ok(got instanceof fs.Stats || options?.bigint);
      await handle.close();
    }
  });
}

test('stat keeps nanoseconds and times before 1970', async () => {
  const file = freshFile();
  fs.utimesSync(file, -1000.5, 1234567890.123456);
  const handle = await open(file);
  for (const bigint of [false, true]) {
    assert.deepEqual(all(await handle.stat({ bigint })), all(fs.statSync(file, { bigint })));
  }
  await handle.close();
});

table('stat', { since: 26 }, {
  'null': (h) => h.stat(null),
  'true': (h) => h.stat(true),
  'a string': (h) => h.stat('x'),
  'a number': (h) => h.stat(5),
  'bigint 1': (h) => h.stat({ bigint: 1 }).then((stats) => typeof stats.size),
  'bigint is a string': (h) => h.stat({ bigint: 'no' }).then((stats) => typeof stats.size),
});

test('stat sees what has been written at once', async () => {
  const handle = await open(freshPath(), 'w');
  for (let i = 1; i < 10; i++) {
    await handle.write('abc');
    assert.equal((await handle.stat()).size, 3 * i);
  }
  await handle.close();
});

table('chmod', {}, {
  '0o600': (h, stage) => h.chmod(0o600).then(() => fs.statSync(stage.path).mode),
  '0': (h, stage) => h.chmod(0).then(() => fs.statSync(stage.path).mode),
  '0o4755': (h, stage) => h.chmod(0o4755).then(() => fs.statSync(stage.path).mode),
  'an octal string': (h, stage) => h.chmod('640').then(() => fs.statSync(stage.path).mode),
  'a wrong string': (h) => h.chmod('rwx'),
  'nothing': (h) => h.chmod(),
  'null': (h) => h.chmod(null),
  '-1': (h) => h.chmod(-1),
  '1.5': (h) => h.chmod(1.5),
  '2**32': (h) => h.chmod(2 ** 32),
  'true': (h) => h.chmod(true),
  'an object': (h) => h.chmod({}),
});

table('chown', {}, {
  'the present owner': (h) => h.chown(process.getuid(), process.getgid()),
  'another, where it is allowed': (h, stage) => h.chown(12345, 54321).then(() => { const { uid, gid } = fs.statSync(stage.path); return { uid, gid }; }),
  '-1 leaves it': (h, stage) => h.chown(-1, -1).then(() => { const { uid, gid } = fs.statSync(stage.path); return { uid, gid }; }),
  '-2': (h) => h.chown(-2, 0),
  '2**32': (h) => h.chown(2 ** 32, 0),
  '1.5': (h) => h.chown(1.5, 0),
  'a string': (h) => h.chown('root', 0),
  'no group': (h) => h.chown(0),
  'nothing': (h) => h.chown(),
  'null': (h) => h.chown(null, null),
  'a group that is wrong': (h) => h.chown(0, {}),
  'a group of -2': (h) => h.chown(0, -2),
});

const times = (stage) => {
  const { atimeNs, mtimeNs } = fs.statSync(stage.path, { bigint: true });
  return [atimeNs, mtimeNs];
};
table('utimes', {}, {
  'whole seconds': (h, stage) => h.utimes(1, 2).then(() => times(stage)),
  'fractions': (h, stage) => h.utimes(1234567890.25, 1234567890.125).then(() => times(stage)),
  'dates': (h, stage) => h.utimes(new Date(1500), new Date(2_000_250)).then(() => times(stage)),
  'strings of numbers': (h, stage) => h.utimes('10', '20.5').then(() => times(stage)),
  'a date before 1970': (h, stage) => h.utimes(new Date(-1500), new Date(-250)).then(() => times(stage)),
  'beyond 2038': (h, stage) => h.utimes(2 ** 32, 2 ** 33).then(() => times(stage)),
  'an invalid date': (h) => h.utimes(new Date(NaN), 0).then(() => 'done', (error) => error),
  'a word': (h) => h.utimes('now', 0),
  'nothing': (h) => h.utimes(),
  'null': (h) => h.utimes(null, 1),
  'the second is missing': (h) => h.utimes(1),
  'an object': (h) => h.utimes({}, 1),
  'true': (h) => h.utimes(1, true),
});
table('utimes', { since: 24 }, {
  // Older ones round to microseconds.
  'a fraction that is not exact': (h, stage) => h.utimes(1234567890.123456, 0.1).then(() => times(stage)),
});
parity('utimes: infinite, negative and not a number are now', async (stage) => {
  const handle = await stage.open(stage.path, 'r+');
  const seen = [];
  for (const [atime, mtime] of [[Infinity, 1], [1, NaN], [-Infinity, NaN], [-1.5, -100]]) {
    seen.push(await stage.outcome(async () => {
      await handle.utimes(atime, mtime);
      const stats = fs.statSync(stage.path);
      return [stats.atimeMs, stats.mtimeMs].map((at) => (Math.abs(Date.now() - at) < 3_600_000 ? 'now' : at));
    }));
  }
  return seen;
});

table('truncate', {}, {
  'nothing: 0': (h) => h.truncate(),
  'undefined: 0': (h) => h.truncate(undefined),
  '5': (h) => h.truncate(5),
  'longer': (h) => h.truncate(100),
  'the position stays': async (h) => { await h.read(Buffer.alloc(10)); await h.truncate(3); await h.write('X'); },
  'negative counts as 0': (h) => h.truncate(-5),
  'null': (h) => h.truncate(null),
  '1.5': (h) => h.truncate(1.5),
  'NaN': (h) => h.truncate(NaN),
  'a string': (h) => h.truncate('5'),
  'a bigint': (h) => h.truncate(5n),
  '2**53': (h) => h.truncate(2 ** 53),
  'more than a file may have': (h) => h.truncate(Number.MAX_SAFE_INTEGER),
  'an object': (h) => h.truncate({}),
  'resolves with nothing': (h) => h.truncate(1),
});

table('sync and datasync', {}, {
  'sync': (h) => h.sync(),
  'datasync': (h) => h.datasync(),
  'both after a write': async (h) => { await h.write('x'); return [await h.sync(), await h.datasync()]; },
  'arguments are not looked at': (h) => h.sync({}, 5),
});

parity('what the system refuses', async (stage) => {
  const seen = [];
  const proc = await stage.open('/proc/version');
  const directory = await stage.open(stage.dir);
  const nothing = await stage.open('/dev/null', 'r+');
  for (const act of [
    () => proc.sync(), () => proc.truncate(0), () => proc.utimes(1, 1), () => proc.chmod(0o777),
    () => directory.truncate(0), () => directory.read(Buffer.alloc(4)), () => directory.read(Buffer.alloc(4), 0, 4, 0), () => directory.readv([Buffer.alloc(4)]),
    () => directory.write('x'), () => directory.readFile(), () => directory.writeFile('x'), () => directory.sync(), () => directory.datasync(),
    () => directory.chmod(0o755), () => directory.utimes(1, 1), () => directory.chown(process.getuid(), process.getgid()),
    () => nothing.sync(), () => nothing.datasync(), () => nothing.truncate(0), () => nothing.read(Buffer.alloc(4), 0, 4, 100), () => nothing.write('x', 100),
  ]) seen.push([String(act), await stage.outcome(act)]);
  return seen;
});
