// Only compiled: the same package, required by a CommonJS module.

import fsp = require('node:fs/promises');
import ayafileio = require('ayafileio');

async function main(): Promise<number> {
  const handle: ayafileio.FileHandle = await ayafileio.open('file');
  const asNode: fsp.FileHandle = handle;
  const block: Buffer = await handle.readAt(10, 0n);
  await asNode.close();
  fsp.open = ayafileio.open;
  return block.length;
}

module.exports = { main };
