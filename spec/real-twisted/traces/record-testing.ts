/**
 * Records what real Twisted's test doubles, its LoopingCall and its FileSender do in ./clock.json,
 * ./looping-call.json, ./loopback.json, ./string-transport.json and ./file-sender.json, for machines
 * that lack it:
 *
 *     node --import tsx/esm spec/traces/record-testing.ts
 */
import { randomScenario as randomCalls } from '../support/clock-player.js';
import { wildScenario as randomTransfers } from '../support/file-sender-player.js';
import { randomScenario as randomLoop } from '../support/looping-call-player.js';
import { randomScenario as randomTalk } from '../support/loopback-player.js';
import { randomScenario as randomState } from '../support/string-transport-player.js';
import { record } from './record.js';

const MOST_BYTES = 60_000;

record('clock', 'clock.json', randomCalls, MOST_BYTES);
record('file_sender', 'file-sender.json', randomTransfers, MOST_BYTES);
record('looping_call', 'looping-call.json', randomLoop, MOST_BYTES);
record('loopback', 'loopback.json', randomTalk, MOST_BYTES);
record('string_transport', 'string-transport.json', randomState, MOST_BYTES);
