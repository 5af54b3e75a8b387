'use strict';

const config = require('./lib/config.cjs');
const files = require('./lib/open.cjs');

// Written out, so that `import { open } from 'ayafileio'` finds the names.
module.exports = {
  appendFile: files.appendFile,
  configure: config.configure,
  drainBufferPool: config.drainBufferPool,
  drainHandlePool: config.drainHandlePool,
  getBackendInfo: config.getBackendInfo,
  getConfig: config.getConfig,
  open: files.open,
  readFile: files.readFile,
  resetConfig: config.resetConfig,
  writeFile: files.writeFile,
};
