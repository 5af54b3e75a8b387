// Walks the conformance cases through the public surface of the package.
//
//   node conformance.mjs DIRECTORY CASE...
//
// Prints a line for each case: passed or failed, its name, and what was not as expected. It judges nothing else: which
// cases run where, and which must fail, is the business of `go run ./ci conformance`. A case with fault rules wants them
// in the environment of the process.

import fs from 'node:fs';
import { configure, getConfig, resetConfig } from '../index.mjs';
import { CANCELLED, CASES, ERRORS, USAGE } from './conformance_calls.gen.mjs';
import { content, parse, Stage, systemFlags, Unexpected } from './conformance_stage.mjs';

const PATIENCE = 120_000; // milliseconds; only a hang meets it

function soon(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Unexpected('never finished')), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function camel(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

/** An operation under way, and what its call asks for. */
class Operation {
  constructor(call) {
    this.call = call;
    this.controller = new AbortController();
    this.options = { signal: this.controller.signal };
    this.cancelled = false;
  }

  start(file, args) {
    try {
      this.outcome = Promise.resolve(this.call.make(this, file, args)).then(
        (value) => ({ value }),
        (error) => ({ error }),
      );
    } catch (error) {
      this.outcome = Promise.resolve({ error });
    }
  }

  cancel() {
    this.cancelled = true;
    this.controller.abort();
  }

  flags(words) {
    return systemFlags(words);
  }

  wrapping(words, buffering, position) {
    return { flags: systemFlags(words), ownsFd: words.includes('owns_fd'), buffering, position: position === -1 ? null : position };
  }

  whence(number) {
    return ['start', 'position', 'end'][number];
  }

  camel = camel;


  async read(file, length) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, null);
    return buffer.subarray(0, bytesRead);
  }

  /** One transfer may bring less; the first one starts at the call. */
  async readFull(file, length) {
    let all = await this.read(file, length);
    for (let part = all; all.length < length && part.length > 0; all = Buffer.concat([all, part])) {
      part = await this.read(file, length - all.length);
    }
    return all;
  }

  /** A line comes without its end; leaving the loop puts the position behind it. */
  async line(file) {
    for await (const line of file.lines()) return { line };
    return Buffer.alloc(0);
  }

  isError(name, error, usage) {
    if (name === 'none' || error === undefined) return name === 'none' && error === undefined;
    let code = this.call.raises[name] ?? (usage ? USAGE[name] : undefined) ?? ERRORS[name];
    if (name === 'ECANCELED' && this.cancelled) code = CANCELLED;
    return code.split('|').includes(error.code);
  }

  async compare(expect) {
    const { value, error } = await soon(this.outcome);
    const wanted = [this.call.instead || (expect.refused ?? expect.error ?? 'none')].flat();
    if (!wanted.some((name) => this.isError(name, error, expect.refused !== undefined))) {
      throw new Unexpected(`${error?.stack ?? 'no error'} instead of ${wanted.join(' or ')}`);
    }
    if (error || this.call.instead || typeof value?.readFile === 'function') return;
    this.compareValue(value, expect);
  }

  compareValue(value, expect) {
    let data = Buffer.isBuffer(value) ? value : undefined;
    if (value?.line !== undefined) {
      data = Buffer.from(content(expect.data ?? '').at(-1) === 10 || expect.data === undefined ? `${value.line}\n` : value.line);
    }
    const parts = Array.isArray(value) ? value : [];
    const sum = parts.reduce((all, part) => all + part.length, 0);
    const result = typeof value === 'number' || typeof value === 'bigint' ? value : (value?.bytesWritten ?? data?.length ?? sum);
    if (BigInt(expect.result ?? result) !== BigInt(result) || result < (expect.at_least ?? result)) {
      throw new Unexpected(`the result is ${result}`);
    }
    if (expect.data !== undefined && !data?.equals(content(expect.data))) throw new Unexpected(`${data} was read`);
    for (const [i, want] of (expect.segments ?? []).entries()) {
      if (parts[i] === undefined) continue; // writeMany gives the sum alone
      const bad = parts[i].length !== (want.result ?? parts[i].length);
      if (bad || (want.data !== undefined && !parts[i].equals(content(want.data)))) throw new Unexpected(`a part is ${parts[i]}`);
    }
    for (const [field, want] of Object.entries(expect.record ?? {})) {
      const got = this.recordField(value, field);
      if (got !== BigInt(want)) throw new Unexpected(`${field} is ${got}`);
    }
  }

  recordField(stats, field) {
    const [name, unit] = field.split(/_(?=n?s$)/);
    if (unit === undefined) return stats[{ links: 'nlink', device: 'dev', inode: 'ino' }[field] ?? field];
    const ns = stats[`${{ accessed: 'atime', modified: 'mtime', changed: 'ctime', created: 'birthtime' }[name]}Ns`];
    const second = 1_000_000_000n;
    const rest = ((ns % second) + second) % second;
    return unit === 'ns' ? rest : (ns - rest) / second;
  }
}

/** One case under way. */
class Case {
  files = {};
  started = {};

  constructor(below) {
    this.stage = new Stage(below);
  }

  begin(step, call) {
    const a = { ...(step.args ?? step.configure ?? step.read_file ?? step.write_file) };
    if (a.path !== undefined) a.path = this.stage.path(a.path);
    if (a.data !== undefined) a.data = content(a.data);
    if (a.fd !== undefined) a.fd = this.stage.descriptor(a.fd, a.flags);
    a.segments = a.segments?.map((part) => ({ ...part, data: part.data === undefined ? undefined : content(part.data) }));
    const operation = new Operation(call);
    operation.start(this.files[step.file], a);
    if (step.as) operation.outcome.then(({ value }) => (this.files[step.as] = value));
    return operation;
  }

  async step(step, call) {
    if (call?.make !== undefined) {
      const operation = this.begin(step, call);
      if (step.start) this.started[step.start] = operation;
      else await operation.compare(step.expect ?? {});
    } else if (step.wait) {
      await this.started[step.wait].compare(step.expect ?? {});
      delete this.started[step.wait];
    } else if (step.drain) {
      for (const operation of Object.values(this.started)) await operation.compare({});
      this.started = {};
    } else if (step.cancel) this.started[step.cancel].cancel();
    else this.stage.step(step);
  }

  async finish() {
    for (const operation of Object.values(this.started)) operation.cancel();
    for (const file of Object.values(this.files)) await Promise.resolve(file?.close()).catch(() => {});
    this.stage.finish();
  }
}

async function walk(name, described, below) {
  const c = new Case(below);
  try {
    const before = getConfig();
    const setting = ([name, value]) => [camel(name), typeof before[camel(name)] === 'boolean' ? value !== 0 : value];
    configure(Object.fromEntries(Object.entries(described.options ?? {}).map(setting)));
    for (const [path, what] of Object.entries(described.files ?? {})) c.stage.prepare(c.stage.path(path), what);
    for (const [number, step] of described.steps.entries()) {
      await c.step(step, CASES[name][number]).catch((error) => {
        throw new Unexpected(`step ${number} ${JSON.stringify(step, (_, v) => (typeof v === 'bigint' ? `${v}` : v)).slice(0, 150)}: ${error.message}`);
      });
    }
  } finally {
    await c.finish();
    resetConfig();
  }
}

const suite = parse(fs.readFileSync(new URL('../../spec/conformance.gen.json', import.meta.url), 'utf8'));
for (const name of process.argv.slice(3)) {
  await walk(name, suite.cases[name], process.argv[2]).then(
    () => console.log(`passed\t${name}`),
    (error) => console.log(`failed\t${name}\t${error.message.replaceAll('\n', ' ')}`),
  );
}
process.exit();
