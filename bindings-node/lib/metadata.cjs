'use strict';

const fs = require('node:fs');
const util = require('node:util');
const { opened } = require('./state.cjs');

const fstat = util.promisify(fs.fstat);

async function stat(handle, options = { bigint: false }) {
  const state = opened(handle, 'fstat');
  return fstat(state.fd, options);
}

module.exports = { stat };
