'use strict';

// Which host this is. Bun and Deno offer Node's modules and Node-API, but not Node's event loop.

const isNode = process.versions.bun === undefined && globalThis.Deno === undefined;

/** Which Node's habits to follow where they differ. Other hosts follow the newest. */
const major = isNode ? Number(process.versions.node.split('.')[0]) : 26;

module.exports = { isNode, major };
