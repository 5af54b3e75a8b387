'use strict';

// Finds the addon for this system among those that the package ships.

const fs = require('node:fs');
const path = require('node:path');

const prebuilds = path.join(__dirname, '..', 'prebuilds');
const platform = `${process.platform}-${process.arch}`;

function available() {
  try {
    return fs.readdirSync(prebuilds).filter((name) => fs.existsSync(path.join(prebuilds, name, 'ayafileio.node')));
  } catch {
    return [];
  }
}

function missing(reason) {
  const known = available();
  const error = new Error(
    `ayafileio has no addon for ${platform}: ${reason}. ` +
      (known.length > 0 ? `There are addons for ${known.join(', ')}.` : 'No addon was built.'),
  );
  error.code = 'ERR_AYAFILEIO_PLATFORM';
  return error;
}

function load() {
  const file = path.join(prebuilds, platform, 'ayafileio.node');
  if (!fs.existsSync(file)) throw missing(`${file} does not exist`);
  try {
    return require(file);
  } catch (cause) {
    throw Object.assign(missing(cause.message), { cause });
  }
}

module.exports = load();
