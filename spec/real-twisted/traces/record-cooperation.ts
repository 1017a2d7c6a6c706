/**
 * Records what real Twisted does in ./cooperator.json and ./pull-to-push.json, for machines that
 * lack it:
 *
 *     node --import tsx/esm spec/traces/record-cooperation.ts
 */
import { randomScenario as randomCooperation } from '../support/cooperation.js';
import { randomScenario as randomStreaming } from '../support/pull-to-push-player.js';
import { record } from './record.js';

record('cooperator', 'cooperator.json', randomCooperation);
record('pull_to_push', 'pull-to-push.json', randomStreaming);
