import ayafileio from './index.cjs';

export const {
  appendFile,
  configure,
  drainBufferPool,
  drainHandlePool,
  getBackendInfo,
  getConfig,
  open,
  readFile,
  resetConfig,
  wrapFd,
  writeFile,
} = ayafileio;
