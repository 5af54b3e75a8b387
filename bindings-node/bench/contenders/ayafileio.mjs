// This repository's package, found by its own name.

import * as ayafileio from 'ayafileio';

import { scenariosOf } from '../handles.mjs';

export const about = `ayafileio on ${ayafileio.getBackendInfo().backend}, Node.js ${process.versions.node}`;
export const scenarios = scenariosOf(ayafileio);
