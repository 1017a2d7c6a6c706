/**
 * Records what real Twisted's policies do in ./policies.json, for machines that lack it:
 *
 *     node --import tsx/esm spec/real-twisted/traces/record-policies.ts
 */
import { randomScenario } from '../support/policies-player.js';
import { record } from './record.js';

record('policies', 'policies.json', randomScenario);
