// node:fs/promises: every call is handed to libuv's threads and back.

import * as fsPromises from 'node:fs/promises';

import { scenariosOf } from '../handles.mjs';

export const about = `node:fs/promises, Node.js ${process.versions.node}`;
export const scenarios = scenariosOf(fsPromises);
