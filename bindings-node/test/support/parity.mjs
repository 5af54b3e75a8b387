// Plays a scenario with Node's open and with the one under test, each with a directory of its own, and compares
// everything that came out: values, prototypes, errors with class, code and message, whether a call threw or
// rejected, events in order, and the files that are left.
//
// With AYAFILEIO_TEST_IMPL=node Node is compared with itself: a scenario that is not deterministic fails there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { nodeMajor, open, peer } from './impl.mjs';
import { describe, outcome } from './outcome.mjs';
import { test } from './testing.mjs';
import { freshDir, SAMPLE } from './workdir.mjs';

/** What a scenario works with. */
class Stage {
  constructor(openFunction, content) {
    this.openFunction = openFunction;
    this.dir = freshDir();
    this.path = path.join(this.dir, 'file');
    this.handles = [];
    this.events = [];
    if (content !== null) fs.writeFileSync(this.path, content);
  }

  /** Opens like fs.promises.open; the handle is closed at the end, whatever happens. */
  open = (...args) => {
    const opened = this.openFunction(...args);
    // Both a promise and ours are thenables; a rejection is the scenario's own business.
    Promise.resolve(opened).then((handle) => this.handles.push(handle), () => {});
    return opened;
  };

  /** An outcome with this stage's paths taken out. */
  outcome = (act) => outcome(act, this.dir);

  /** Notes an event. */
  note = (...what) => {
    this.events.push(describe(what, [this.dir]));
  };

  async leave() {
    for (const handle of this.handles) await leaveHandle(handle);
    const files = {};
    for (const name of fs.readdirSync(this.dir).sort()) {
      const file = path.join(this.dir, name);
      const stats = fs.lstatSync(file);
      // tmpfs takes sizes that nobody can read back.
      if (stats.size > 1 << 30) files[name] = `${stats.size} bytes`;
      else files[name] = stats.isFile() ? describe(fs.readFileSync(file)) : 'not a file';
    }
    return { events: this.events, files };
  }
}

// Node leaves a handle that a stream refused in a state in which its own close throws or never ends. It must not be
// collected either: that is an error in itself.
const neverClosed = [];
async function leaveHandle(handle) {
  handle.removeAllListeners('close');
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, 200); });
  const closed = await Promise.race([handle.close().then(() => true, () => true), late]);
  clearTimeout(timer);
  if (!closed) neverClosed.push(handle);
}

async function play(openFunction, content, scenario) {
  const stage = new Stage(openFunction, content);
  const result = await stage.outcome(() => scenario(stage));
  return { result, ...(await stage.leave()) };
}

/**
 * One test: the scenario gives the same with both. `since`: the first Node that does what all do now. `tries`: how
 * often a scenario whose events depend on how busy the machine is may differ; a real difference differs every time.
 */
export function parity(title, options, scenario) {
  if (scenario === undefined) {
    scenario = options;
    options = {};
  }
  const { content = SAMPLE, since = 0, tries = 1, ...testOptions } = options;
  if (nodeMajor < since) testOptions.skip = `Nodes before ${since} differ from what Node documents now`;
  test(title, testOptions, async () => {
    for (let left = tries; ; left--) {
      const want = await play(peer.open, content, scenario);
      const got = await play(open, content, scenario);
      if (left > 1 && !isDeepStrictEqual(got, want)) continue;
      assert.deepStrictEqual(got, want);
      return;
    }
  });
}

/** `parity` for streams: when a chunk arrives is up to the system. */
export function streamParity(title, options, scenario) {
  if (scenario === undefined) return parity(title, { tries: 3 }, options);
  return parity(title, { tries: 3, ...options }, scenario);
}

/** One test per case: each gets an open handle and may return or throw anything. */
export function table(subject, { flags = 'r+', content, ...testOptions }, cases) {
  for (const [name, act] of Object.entries(cases)) {
    parity(`${subject}: ${name}`, { ...testOptions, content }, async (stage) => {
      const handle = await stage.open(stage.path, flags);
      const first = await stage.outcome(() => act(handle, stage));
      // Where a call left the position shows in what the next one gets.
      const next = flags.includes('r') || flags.includes('+')
        ? await stage.outcome(() => handle.read(Buffer.alloc(4), 0, 4, null)) : null;
      return { first, next };
    });
  }
}
