// open: flags, modes, kinds of paths, and what is refused.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { open } from './support/impl.mjs';
import { parity } from './support/parity.mjs';
import { test, testOurs } from './support/testing.mjs';
import { freshDir, freshFile, freshPath } from './support/workdir.mjs';

const FLAGS = ['r', 'rs', 'sr', 'r+', 'rs+', 'sr+', 'w', 'wx', 'xw', 'w+', 'wx+', 'xw+', 'a', 'ax', 'xa', 'as', 'sa',
  'a+', 'ax+', 'xa+', 'as+', 'sa+'];

// What each flag lets one do shows in reading, writing and in the file that is left.
async function exercise(stage, flags) {
  const opened = await stage.outcome(async () => { await stage.open(stage.path, flags); });
  const handle = stage.handles[0];
  if (!handle) return { opened };
  return {
    opened,
    read: await stage.outcome(() => handle.read(Buffer.alloc(4), 0, 4, 0)),
    write: await stage.outcome(() => handle.write(Buffer.from('NEW'), 0, 3, 2)),
    stream: await stage.outcome(() => handle.write('end')),
    size: (await handle.stat()).size,
  };
}

for (const flags of FLAGS) {
  parity(`open: flags ${flags}, the file exists`, (stage) => exercise(stage, flags));
  parity(`open: flags ${flags}, there is no file`, { content: null }, (stage) => exercise(stage, flags));
}

const { constants: c } = fs;
const NUMBERS = {
  'O_RDONLY': c.O_RDONLY,
  'O_WRONLY': c.O_WRONLY,
  'O_RDWR': c.O_RDWR,
  'O_RDWR|O_CREAT': c.O_RDWR | c.O_CREAT,
  'O_WRONLY|O_CREAT|O_EXCL': c.O_WRONLY | c.O_CREAT | c.O_EXCL,
  'O_RDWR|O_TRUNC': c.O_RDWR | c.O_TRUNC,
  'O_WRONLY|O_APPEND|O_CREAT': c.O_WRONLY | c.O_APPEND | c.O_CREAT,
  'O_RDWR|O_SYNC': c.O_RDWR | c.O_SYNC,
  'O_RDWR|O_DSYNC|O_NOFOLLOW': c.O_RDWR | c.O_DSYNC | c.O_NOFOLLOW,
  'O_RDONLY|O_NONBLOCK': c.O_RDONLY | c.O_NONBLOCK,
  'O_RDONLY|O_DIRECTORY (it is a file)': c.O_RDONLY | c.O_DIRECTORY,
};
for (const [name, flags] of Object.entries(NUMBERS)) {
  parity(`open: numeric ${name}, the file exists`, (stage) => exercise(stage, flags));
  parity(`open: numeric ${name}, there is no file`, { content: null }, (stage) => exercise(stage, flags));
}

parity('open: the default is r', async (stage) => {
  const handle = await stage.open(stage.path);
  return [await stage.outcome(() => handle.readFile('utf8')), await stage.outcome(() => handle.write('x'))];
});
for (const flags of [null, undefined, 0]) {
  parity(`open: flags ${flags} mean r`, async (stage) => {
    const handle = await stage.open(stage.path, flags);
    return [await stage.outcome(() => handle.readFile('utf8')), await stage.outcome(() => handle.write('x'))];
  });
}

// A plain object is missing on purpose: it is our own way to name options, which Node refuses.
const WRONG_FLAGS = ['', 'x', 'rw', 'rx', 'R', 'r ', 'w++', '+', 'e', 'ra', 'constructor', 1.5, -1.5, NaN, Infinity, 2 ** 31,
  2 ** 32, -(2 ** 31) - 1, true, false, [], ['r'], Symbol('r'), 1n, () => {}];
for (const flags of WRONG_FLAGS) {
  parity(`open: wrong flags ${inspect(flags)}`, (stage) => stage.outcome(() => stage.open(stage.path, flags)));
}

const WRONG_PATHS = [undefined, null, 0, 5, true, 1n, {}, [], () => {}, Symbol('p'), new Date(0), new Uint16Array(2),
  'a\0b', Buffer.from('a\0b'), '', new URL('http://host/x'), new URL('file://host/x'), new URL('file:///a%2Fb'), new URL('file:///a%00b')];
for (const wrong of WRONG_PATHS) {
  parity(`open: wrong path ${inspect(wrong)}`, (stage) => stage.outcome(() => stage.open(wrong)));
}

const MODES = [0, 0o600, 0o644, 0o777, '0600', '644', '0o600', 0o4755];
for (const mode of MODES) {
  parity(`open: a file is created with mode ${JSON.stringify(mode)}`, { content: null }, (stage) => stage.outcome(async () => {
    await stage.open(stage.path, 'w', mode);
    return fs.statSync(stage.path).mode.toString(8);
  }));
}
parity('open: without a mode it is 0666 less umask', { content: null }, async (stage) => {
  await stage.open(stage.path, 'w');
  return fs.statSync(stage.path).mode.toString(8);
});
for (const mode of ['', '8', 'rw', '0x1ff', '600 ', -1, 1.5, NaN, Infinity, 2 ** 32, true, {}, [], Symbol('m'), 1n]) {
  parity(`open: wrong mode ${inspect(mode)}`, { content: null }, (stage) => stage.outcome(() => stage.open(stage.path, 'w', mode)));
}
for (const mode of [null, undefined]) {
  parity(`open: mode ${mode} is the default`, { content: null }, async (stage) => {
    await stage.open(stage.path, 'w', mode);
    return fs.statSync(stage.path).mode.toString(8);
  });
}

parity('open: errors of the system', { content: null }, async (stage) => {
  const { dir } = stage;
  fs.writeFileSync(path.join(dir, 'plain'), '');
  fs.symlinkSync('loop', path.join(dir, 'loop'));
  fs.mkdirSync(path.join(dir, 'sub'));
  const tries = [
    ['missing', 'r'], ['missing', 'r+'], ['none/missing', 'w'], ['plain/under', 'r'], ['loop', 'r'], ['x'.repeat(256), 'r'],
    ['x/'.repeat(2048), 'r'], ['plain', 'wx'], ['sub', 'w'], ['sub', 'r+'], ['sub', 'wx'], ['plain', c.O_DIRECTORY], ['plain/', 'r'],
    ['loop', c.O_NOFOLLOW],
  ];
  const seen = [];
  for (const [name, flags] of tries) seen.push(await stage.outcome(() => stage.open(path.join(dir, '.') + '/' + name, flags)));
  return seen;
});

parity('open: the path of an error is as it was given', async (stage) => {
  const missing = path.join(stage.dir, 'missing');
  return [
    await stage.outcome(() => stage.open(missing)),
    await stage.outcome(() => stage.open(Buffer.from(missing))),
    await stage.outcome(() => stage.open(new Uint8Array(Buffer.from(missing)))),
    await stage.outcome(() => stage.open(pathToFileURL(missing))),
    await stage.outcome(() => stage.open(`${stage.dir}/./missing`)),
  ];
});

test('[open.error-named] an error of open names code, errno, syscall and path', async () => {
  const missing = freshPath('missing');
  await assert.rejects(open(missing), (error) => {
    assert.ok(error instanceof Error);
    assert.deepEqual({ ...error }, { errno: -2, code: 'ENOENT', syscall: 'open', path: missing });
    assert.equal(error.message, `ENOENT: no such file or directory, open '${missing}'`);
    return true;
  });
});

test('[open.paths] a path is a string, bytes or a file URL', async () => {
  const file = freshFile('content', 'with space #?%41é文');
  for (const form of [file, Buffer.from(file), new Uint8Array(Buffer.from(file)), pathToFileURL(file)]) {
    const handle = await open(form);
    assert.equal(await handle.readFile('utf8'), 'content');
    await handle.close();
  }
});

test('[open.raw-names] names that are not UTF-8 work as bytes', async () => {
  const name = Buffer.concat([Buffer.from(`${freshDir()}/`), Buffer.from([0xff, 0x80, 0x41, 0xc3])]);
  const handle = await open(name, 'w+');
  await handle.writeFile('raw');
  await handle.close();
  assert.equal(fs.readFileSync(name, 'utf8'), 'raw');
});

test('[open.nul] a NUL in a path is refused with ERR_INVALID_ARG_VALUE', async () => {
  for (const bad of ['/tmp/a\0b', Buffer.from('/tmp/a\0b')]) {
    await assert.rejects(async () => open(bad), { code: 'ERR_INVALID_ARG_VALUE', name: 'TypeError' });
  }
});

test('[open.cloexec] a child process does not inherit the descriptor', async () => {
  const handle = await open(freshFile());
  const info = fs.readFileSync(`/proc/self/fdinfo/${handle.fd}`, 'utf8');
  const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(info)[1], 8);
  assert.ok(flags & 0o2000000, info);
  await handle.close();
});

test('[open.directory] a directory opens for reading: stat works, a read is EISDIR', async () => {
  const handle = await open(freshDir());
  assert.ok((await handle.stat()).isDirectory());
  await assert.rejects(handle.read(Buffer.alloc(1)), { code: 'EISDIR', syscall: 'read' });
  await assert.rejects(handle.readFile(), { code: 'EISDIR' });
  await handle.sync();
  await handle.close();
});

test('open: a relative path counts from the current directory', async () => {
  const file = freshFile('here');
  const before = process.cwd();
  process.chdir(path.dirname(file));
  try {
    const handle = await open('file');
    assert.equal(await handle.readFile('utf8'), 'here');
    await handle.close();
  } finally {
    process.chdir(before);
  }
});

test('open: the longest path that the system takes', async () => {
  const dir = freshDir();
  const before = process.cwd();
  process.chdir(dir);
  try {
    const name = './'.repeat(2045) + 'long'; // 4,094 bytes and the NUL
    const handle = await open(name, 'w');
    await handle.close();
    assert.ok(fs.existsSync(path.join(dir, 'long')));
    await assert.rejects(open('./'.repeat(2046) + 'long', 'w'), { code: 'ENAMETOOLONG' });
  } finally {
    process.chdir(before);
  }
});

test('open: the result is a real promise', async () => {
  const opened = open(freshFile());
  assert.ok(opened instanceof Promise);
  await (await opened).close();
});

test('[open.no-block] opening a FIFO without a writer does not stop the loop', async () => {
  const { execFileSync } = await import('node:child_process');
  const fifo = freshPath('fifo');
  execFileSync('mkfifo', [fifo]);
  const opened = open(fifo, 'r');
  let ticks = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      if (++ticks === 20) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  const writer = fs.openSync(fifo, 'w');
  const handle = await opened;
  fs.writeSync(writer, 'through');
  assert.equal((await handle.read(Buffer.alloc(100))).bytesRead, 7);
  fs.closeSync(writer);
  assert.equal((await handle.read(Buffer.alloc(100))).bytesRead, 0);
  await handle.close();
});

testOurs('Node takes no options object', 'open: an object of options instead of flags', async () => {
  const file = freshPath();
  const handle = await open(file, { flags: 'w+', mode: 0o600, buffering: 0 });
  await handle.write('direct');
  assert.equal(fs.readFileSync(file, 'utf8'), 'direct');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  await handle.close();
  const gathering = await open(file, { flags: 'w', buffering: 4096 });
  await gathering.write('gathered');
  assert.equal(fs.readFileSync(file, 'utf8'), '');
  await gathering.close();
  assert.equal(fs.readFileSync(file, 'utf8'), 'gathered');
});
