// What the contenders with a FileHandle have in common: the scenarios around a library's own `open` and `readFile`.

import { inFlight, measured, textLines, wholeFiles } from './content.mjs';

export function scenariosOf({ open, readFile }) {
  async function reads(parameters, verify, loop) {
    const { path, size } = parameters;
    const handle = await open(path, 'r');
    try {
      const one = async (offset) => (await handle.read(Buffer.allocUnsafe(size), 0, size, offset)).buffer;
      return await measured(parameters, verify, (wanted) => loop(handle, wanted), one);
    } finally {
      await handle.close();
    }
  }

  return {
    'node-hot-single': (parameters, verify) => reads(parameters, verify, async (handle, wanted) => {
      const buffer = Buffer.allocUnsafe(parameters.size);
      for (const offset of wanted) await handle.read(buffer, 0, parameters.size, offset);
    }),
    'node-in-flight': (parameters, verify) => reads(parameters, verify, (handle, wanted) => inFlight(
      parameters.in_flight, wanted, (offset) => handle.read(Buffer.allocUnsafe(parameters.size), 0, parameters.size, offset),
    )),
    'node-read-file': (parameters, verify) => wholeFiles(parameters, verify, (name) => readFile(name)),
    'node-lines': (parameters, verify) => textLines(parameters, verify, open),
  };
}
