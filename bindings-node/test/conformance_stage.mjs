// The stage on which a conformance case is played, all that is not the package: the case's directory and what is in it,
// pipes, the bytes that a case describes, and a look at a file from outside.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
const FLAGS = { append: O_APPEND, create: O_CREAT, exclusive: O_EXCL, truncate: O_TRUNC };
export const ENDS = ['read', 'write'];

export class Unexpected extends Error {}

/** The bytes that a case describes. */
export function content(data) {
  if (typeof data === 'string') return Buffer.from(data);
  if (data.hex !== undefined) return Buffer.from(data.hex, 'hex');
  if (data.zeros !== undefined) return Buffer.alloc(data.zeros);
  if (data.repeat !== undefined) return Buffer.from(data.repeat.repeat(data.count));
  const first = data.offset ?? 0;
  return Buffer.from({ length: data.pattern }, (_, i) => {
    const o = first + i;
    return (o ^ (o >> 8) ^ ((o >> 16) * 31)) & 0xff;
  });
}

export function systemFlags(words) {
  const access = words.includes('write') ? (words.includes('read') ? O_RDWR : O_WRONLY) : O_RDONLY;
  return words.reduce((flags, word) => flags | (FLAGS[word] ?? 0), access);
}

/** Integers that a number cannot hold become bigints. */
export function parse(text) {
  const marked = text.replace(/([:[,] ?)(-?\d{16,})(?=[,}\]])/g, '$1"bigint $2"');
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && /^bigint -?\d+$/.test(value) ? BigInt(value.slice(7)) : value,
  );
}

export class Stage {
  pipes = {};

  constructor(below) {
    this.directory = fs.mkdtempSync(`${below}/case-`);
  }

  path(name) {
    const raw = content(name);
    return raw[0] === 47 ? raw : Buffer.concat([Buffer.from(`${this.directory}/`), raw]);
  }

  prepare(path, what) {
    const special = typeof what === 'string' ? {} : what;
    if (special.directory) fs.mkdirSync(path);
    else if (special.fifo) execFileSync('mkfifo', [path]);
    else if (special.link) fs.symlinkSync(special.link, path);
    else fs.writeFileSync(path, special.forbidden || special.hole ? '' : content(what), { mode: special.forbidden ? 0 : 0o666 });
    if (special.hole) fs.truncateSync(path, special.hole);
  }

  /** Node.js has no pipe(2): a FIFO that is open at both ends serves. */
  pipe(name) {
    const path = `${this.directory}/.pipe-${name}`;
    execFileSync('mkfifo', [path]);
    const both = fs.openSync(path, O_RDWR);
    this.pipes[name] = [fs.openSync(path, 'r'), fs.openSync(path, 'w')];
    fs.closeSync(both);
    fs.unlinkSync(path);
  }

  hangUp(name, end) {
    if (this.pipes[name][end] >= 0) fs.closeSync(this.pipes[name][end]);
    this.pipes[name][end] = -1;
  }

  descriptor(source, flags) {
    if (typeof source === 'number') return source;
    if (source.path !== undefined) return fs.openSync(this.path(source.path), systemFlags(source.flags));
    const end = ENDS.indexOf(source.end ?? 'read');
    const fd = this.pipes[source.pipe][end];
    if (flags.includes('owns_fd')) this.pipes[source.pipe][end] = -1;
    return fd;
  }

  look(path, { absent, size, is }) {
    const info = fs.lstatSync(path, { throwIfNoEntry: false });
    if ((info === undefined) !== (absent === true)) throw new Unexpected(`${path} is ${info ? 'there' : 'missing'}`);
    if (size !== undefined && info.size !== size) throw new Unexpected(`the size is ${info.size}`);
    if (is !== undefined && !fs.readFileSync(path).equals(content(is))) throw new Unexpected('the content is another');
  }

  /** A step that is no operation. */
  step(step) {
    if (step.pipe) this.pipe(step.pipe);
    else if (step.feed) fs.writeSync(this.pipes[step.feed][1], content(step.data));
    else if (step.hang_up) this.hangUp(step.hang_up, ENDS.indexOf(step.end ?? 'write'));
    else if (step.change) fs.appendFileSync(this.path(step.change), content(step.append));
    else if (step.content) this.look(this.path(step.content), step);
  }

  finish() {
    for (const name of Object.keys(this.pipes)) ENDS.forEach((_, end) => this.hangUp(name, end));
    fs.rmSync(this.directory, { recursive: true });
  }
}
