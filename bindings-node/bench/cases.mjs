// What run.mjs measures. Each contender checks what it reads before it is measured.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import path from 'node:path';

import * as ayafileio from 'ayafileio';

import { content, offsets } from './content.mjs';

const BLOCK = 4096;

function makeFile(file, size) {
  const fd = fs.openSync(file, 'w');
  for (let at = 0; at < size; at += 1 << 20) fs.writeSync(fd, content(at, Math.min(1 << 20, size - at)));
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  return file;
}

/** Runs `count` operations with `depth` of them in flight. */
function inFlight(depth, count, act) {
  let next = 0;
  return Promise.all(Array.from({ length: depth }, async () => {
    while (next < count) await act(next++);
  }));
}

export function makeCases(dir, quick) {
  const scale = quick ? 0.5 : 1;
  const times = (count) => Math.max(64, Math.round(count * scale));

  async function hotRead() {
    const file = makeFile(path.join(dir, 'hot'), 1 << 20);
    const places = offsets({ seed: 7, operations: 4096, size: BLOCK, file_size: 1 << 20 });
    const buffer = Buffer.alloc(BLOCK);
    const fd = fs.openSync(file, 'r');
    const node = await fsp.open(file);
    const ours = await ayafileio.open(file);
    // Each has a loop of its own: one loop for all would be compiled for none of them.
    const contender = (operations, run) => ({
      operations: times(operations),
      run,
      verify: async () => {
        buffer.fill(0);
        await run(8);
        assert.ok(buffer.equals(content(places[7], BLOCK)));
      },
    });
    return {
      title: 'Cached 4 KiB reads, one at a time',
      unit: 'read',
      base: 'fs.readSync',
      contenders: {
        // The floor is not awaited: a synchronous program would not.
        'fs.readSync': contender(10_000, (count) => {
          for (let i = 0; i < count; i++) fs.readSync(fd, buffer, 0, BLOCK, places[i & 4095]);
        }),
        'ayafileio read': contender(10_000, async (count) => {
          for (let i = 0; i < count; i++) await ours.read(buffer, 0, BLOCK, places[i & 4095]);
        }),
        'ayafileio readAt': contender(10_000, async (count) => {
          for (let i = 0; i < count; i++) await ours.readAt(buffer, places[i & 4095]);
        }),
        'FileHandle.read': contender(800, async (count) => {
          for (let i = 0; i < count; i++) await node.read(buffer, 0, BLOCK, places[i & 4095]);
        }),
        'fs.read callback': contender(800, async (count) => {
          for (let i = 0; i < count; i++) await new Promise((resolve) => { fs.read(fd, buffer, 0, BLOCK, places[i & 4095], resolve); });
        }),
      },
      close: async () => {
        fs.closeSync(fd);
        await node.close();
        await ours.close();
      },
    };
  }

  async function manyReads() {
    const file = makeFile(path.join(dir, 'many'), 16 << 20);
    const places = offsets({ seed: 9, operations: 4096, size: BLOCK, file_size: 16 << 20 });
    const node = await fsp.open(file);
    const ours = await ayafileio.open(file);
    const buffers = Array.from({ length: 64 }, () => Buffer.alloc(BLOCK));
    const contender = (operations, handle) => ({
      operations: times(operations),
      run: (count) => inFlight(64, count, (i) => handle.read(buffers[i & 63], 0, BLOCK, places[i & 4095])),
    });
    return {
      title: 'Cached 4 KiB reads, 64 in flight', unit: 'read', base: 'FileHandle.read',
      contenders: { 'ayafileio read': contender(20_000, ours), 'FileHandle.read': contender(6000, node) },
      close: () => Promise.all([node.close(), ours.close()]),
    };
  }

  async function smallFiles() {
    const folder = path.join(dir, 'small');
    fs.mkdirSync(folder);
    const names = Array.from({ length: 1000 }, (_, i) => path.join(folder, `${i}`));
    names.forEach((name, i) => fs.writeFileSync(name, content(i * BLOCK, BLOCK)));
    const contender = (readFile, depth) => ({
      operations: 1000,
      run: (count) => inFlight(depth, count, (i) => readFile(names[i])),
      verify: async () => assert.ok((await readFile(names[7])).equals(content(7 * BLOCK, BLOCK))),
    });
    return {
      title: 'readFile of 1,000 files of 4 KiB', unit: 'file', base: 'fs.promises, 16 at once',
      contenders: {
        'ayafileio, one at a time': contender(ayafileio.readFile, 1),
        'ayafileio, 16 at once': contender(ayafileio.readFile, 16),
        'fs.promises, one at a time': contender(fsp.readFile, 1),
        'fs.promises, 16 at once': contender(fsp.readFile, 16),
        'fs.readFileSync': contender(async (name) => fs.readFileSync(name), 1),
      },
      close: async () => {},
    };
  }

  async function streams() {
    const size = quick ? 32 << 20 : 128 << 20;
    const file = makeFile(path.join(dir, 'stream'), size);
    const contender = (make) => ({
      operations: size >> 20,
      run: async () => {
        let total = 0;
        for await (const chunk of await make()) total += chunk.length;
        assert.equal(total, size);
      },
    });
    return {
      title: `createReadStream of ${size >> 20} MiB`, unit: 'MiB', base: 'FileHandle',
      contenders: {
        'ayafileio': contender(async () => (await ayafileio.open(file)).createReadStream()),
        'FileHandle': contender(async () => (await fsp.open(file)).createReadStream()),
        'fs.createReadStream': contender(() => fs.createReadStream(file)),
      },
      close: async () => {},
    };
  }

  /** Blocks whose memory is aligned as O_DIRECT wants it: JavaScript cannot ask for that, but can look for it. */
  async function alignedBlocks(handle, count) {
    const memory = new Uint8Array((count + 1) * BLOCK);
    for (let start = 0; start < BLOCK; start += 16) {
      try {
        await handle.read(memory, start, BLOCK, 0);
      } catch (error) {
        if (error.code === 'EINVAL') continue;
        throw error;
      }
      return Array.from({ length: count }, (_, i) => Buffer.from(memory.buffer, start + i * BLOCK, BLOCK));
    }
    return null;
  }

  const cold = (depth) => async () => {
    const size = 64 << 20;
    const file = makeFile(path.join(dir, `cold${depth}`), size);
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECT;
    let node;
    try {
      node = await fsp.open(file, flags);
    } catch (error) {
      return { skip: `O_DIRECT: ${error.message}` };
    }
    const ours = await ayafileio.open(file, flags);
    const blocks = await alignedBlocks(node, depth);
    if (blocks === null) return { skip: 'no aligned memory was found' };
    const places = offsets({ seed: 11, operations: 4096, size: BLOCK, file_size: size });
    const contender = (handle) => ({
      operations: times(depth === 1 ? 600 : 3000),
      run: (count) => {
        const free = [...blocks];
        return inFlight(depth, count, async (i) => {
          const block = free.pop();
          await handle.read(block, 0, BLOCK, places[i & 4095]);
          free.push(block);
        });
      },
      verify: async () => {
        await handle.read(blocks[0], 0, BLOCK, places[3]);
        assert.ok(blocks[0].equals(content(places[3], BLOCK)));
      },
    });
    return {
      title: `Random 4 KiB reads past the page cache (O_DIRECT), ${depth} in flight`, unit: 'read', base: 'FileHandle.read',
      contenders: { 'ayafileio read': contender(ours), 'FileHandle.read': contender(node) },
      close: () => Promise.all([node.close(), ours.close()]),
    };
  };

  async function writes() {
    const block = content(0, BLOCK);
    const node = await fsp.open(path.join(dir, 'w1'), 'w');
    const ours = await ayafileio.open(path.join(dir, 'w2'), 'w');
    const gathering = await ayafileio.open(path.join(dir, 'w3'), { flags: 'w', buffering: 65_536 });
    const fd = fs.openSync(path.join(dir, 'w4'), 'w');
    const contender = (operations, write) => ({
      operations: times(operations),
      run: async (count) => { for (let i = 0; i < count; i++) await write((i & 255) * BLOCK); },
    });
    return {
      title: '4 KiB writes, one at a time', unit: 'write', base: 'fs.writeSync',
      contenders: {
        'fs.writeSync': contender(3000, (at) => fs.writeSync(fd, block, 0, BLOCK, at)),
        'ayafileio write': contender(2000, (at) => ours.write(block, 0, BLOCK, at)),
        'ayafileio, gathering': contender(5000, () => gathering.write(block)),
        'FileHandle.write': contender(2000, (at) => node.write(block, 0, BLOCK, at)),
      },
      close: async () => {
        fs.closeSync(fd);
        await Promise.all([node.close(), ours.close(), gathering.close()]);
      },
    };
  }

  return {
    'hot-read': hotRead, 'many-reads': manyReads, 'small-files': smallFiles, 'stream': streams,
    'cold-1': cold(1), 'cold-16': cold(16), 'cold-64': cold(64), 'write': writes,
  };
}
