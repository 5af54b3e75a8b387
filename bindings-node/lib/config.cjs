'use strict';

// Options and information, the same for the whole process.

const check = require('./arguments.cjs');
const { ready } = require('./engine.cjs');
const { outOfRange } = require('./errors.cjs');
const { POOL } = require('./generated/layout.cjs');
const OPTIONS = require('./generated/options.cjs');
const { native } = require('./memory.cjs');

function checked(name, value) {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (option === undefined) {
    const error = new TypeError(`There is no option '${name}'; the options are ${Object.keys(OPTIONS).join(', ')}`);
    error.code = 'ERR_INVALID_ARG_VALUE';
    throw error;
  }
  if (option.kind === 'switch') {
    check.boolean(value, `options.${name}`);
    return [option.name, value ? 1 : 0];
  }
  check.integer(value, `options.${name}`, option.min, option.max);
  return [option.name, value];
}

function configure(options) {
  check.object(options, 'options');
  // All are checked first: nothing changes when one of them is refused.
  const settings = Object.keys(options).map((name) => checked(name, options[name]));
  ready();
  for (const [name, value] of settings) {
    if (native.configure(name, value) < 0) throw outOfRange(name, 'in the range of the option', value);
  }
}

function getConfig() {
  ready();
  const config = {};
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = native.option(option.name);
    config[name] = option.kind === 'switch' ? value !== 0 : value;
  }
  return config;
}

function resetConfig() {
  ready();
  native.configureReset();
}

function camel(name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

function getBackendInfo() {
  ready();
  const info = JSON.parse(native.backendInfo());
  return Object.fromEntries(Object.entries(info).map(([name, value]) => [camel(name), value]));
}

function drainHandlePool() {
  ready();
  native.drainPool(POOL.HANDLES);
}

function drainBufferPool() {
  ready();
  native.drainPool(POOL.BUFFERS);
}

module.exports = { configure, drainBufferPool, drainHandlePool, getBackendInfo, getConfig, resetConfig };
