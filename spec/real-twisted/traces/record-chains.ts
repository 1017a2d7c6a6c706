/**
 * Records what real Twisted's proxies, FileDescriptor, FileSender and _PullToPush do in chains, in
 * ./chains.json, for machines that lack it:
 *
 *     node --import tsx/esm spec/real-twisted/traces/record-chains.ts
 */
import { randomScenario } from '../support/chain-scenarios.js';
import { record } from './record.js';

record('chains', 'chains.json', randomScenario, 100_000);
