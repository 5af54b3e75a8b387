'use strict';

const config = require('./lib/config.cjs');
const files = require('./lib/open.cjs');
const { wrapFd } = require('./lib/wrap.cjs');

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
  wrapFd,
  writeFile: files.writeFile,
};
