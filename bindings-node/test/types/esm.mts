// Only compiled: what a program in TypeScript writes, as an ES module.

import type { FileHandle as NodeFileHandle } from 'node:fs/promises';
import type { BigIntStats, Stats } from 'node:fs';

import * as ayafileio from 'ayafileio';
import { appendFile, configure, drainBufferPool, drainHandlePool, getBackendInfo, getConfig, open, readFile, resetConfig, wrapFd, writeFile } from 'ayafileio';
import type { FileHandle } from 'ayafileio';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(): T | undefined => undefined;

// A handle of ours goes wherever one of Node's is wanted.
const handle: FileHandle = await open('file', 'r+');
const asNode: NodeFileHandle = handle;
const openedAsNode: Promise<NodeFileHandle> = open('file');
async function takesNode(given: NodeFileHandle): Promise<number> {
  return (await given.read(Buffer.alloc(1))).bytesRead;
}
await takesNode(handle);
await takesNode(await openedAsNode);
void asNode;

// open, in each of its shapes.
await open(Buffer.from('file'), 'w', 0o600);
await open(new URL('file:///x'), 0, '600');
await open('file', { flags: 'w+', mode: 0o644, buffering: 4096, direct: false });
yes<Same<typeof handle.fd, number>>();

// read in its four shapes, with bigint positions.
const first = await handle.read(new Uint8Array(8), 0, 8, 0);
yes<Same<typeof first.bytesRead, number>>();
yes<Same<typeof first.buffer, Uint8Array<ArrayBuffer>>>();
await handle.read(Buffer.alloc(8), 0, 8, 5n);
await handle.read(Buffer.alloc(8), { position: 5n });
await handle.read({ buffer: Buffer.alloc(8), length: 4 });
await handle.read();
await handle.readv([Buffer.alloc(4), new DataView(new ArrayBuffer(4))], 0);

await handle.write(Buffer.from('x'), 0, 1, null);
await handle.write('text', 0, 'utf8');
await handle.write(Buffer.from('x'), { offset: 0 });
await handle.writev([Buffer.from('x')]);
const text: string = await handle.readFile('utf8');
const bytes: Buffer = await handle.readFile();
await handle.readFile({ signal: new AbortController().signal, encoding: null });
await handle.writeFile(text);
await handle.appendFile(bytes);

const stats: Stats = await handle.stat();
const big: BigIntStats = await handle.stat({ bigint: true });
const size: number = stats.size;
const bigSize: bigint = big.size;
void [size, bigSize];

await handle.truncate(5);
await handle.utimes(new Date(), 1);
await handle.chmod('600');
await handle.chown(-1, -1);
await handle.sync();
await handle.datasync();
handle.on('close', () => {});
handle.once('close', () => {}).off('close', () => {});
handle.createReadStream({ start: 1, end: 2, highWaterMark: 3, encoding: 'utf8', emitClose: false, autoClose: false }).resume();
handle.createWriteStream({ start: 1, flush: true }).end();
for await (const line of handle.readLines({ encoding: 'utf8' })) line.toUpperCase();
for await (const chunk of handle.readableWebStream()) void chunk;

// What ours has beside.
const block: Buffer = await handle.readAt(10, 0);
const count: number = await handle.readAt(Buffer.alloc(10), 5n);
const written: number = await handle.writeAt('text', 0, { signal: AbortSignal.timeout(1) });
const parts: Buffer[] = await handle.readMany([{ offset: 0, length: 4 }, { offset: 4n, buffer: Buffer.alloc(4) }]);
const total: number = await handle.writeMany([{ offset: 0, data: 'x' }]);
for await (const line of handle) line.toUpperCase();
for await (const line of handle.lines()) line.toUpperCase();
void [block, count, written, parts, total];

const wrapped: FileHandle = await wrapFd(3, { flags: 'r', ownsFd: true, position: 0, buffering: 0 });
await wrapped.close();

// The module's functions are as those of node:fs/promises.
yes<Same<typeof readFile, typeof import('node:fs/promises').readFile>>();
await writeFile('file', 'x', { flag: 'a', flush: true });
await appendFile(handle, 'x');
const got: string = await readFile(handle, 'utf8');
void got;

configure({ bufferSize: 1, closeTimeoutMs: 2 });
const { bufferSize } = getConfig();
yes<Same<typeof bufferSize, number>>();
const { backend } = getBackendInfo();
backend.toUpperCase();
resetConfig();
drainBufferPool();
drainHandlePool();
yes<Same<typeof ayafileio.open, typeof open>>();

await using disposed = await open('file');
await disposed.stat();
