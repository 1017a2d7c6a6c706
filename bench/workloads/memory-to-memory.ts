import type { Workload } from '../harness/workload.js';
import { ours, pipe, pipeline, streamx } from '../support/contestants.js';
import { measureInMemory } from '../support/in-memory.js';
import { throughput } from '../support/throughput.js';

const SIZE = 16384;

export default {
  title: 'ReadableProducer into WritableConsumer, in memory, 16 KiB chunks',
  metrics: [throughput],
  contestants: [
    ours((settings) => measureInMemory('memory/twisted-streams', SIZE, settings)),
    pipe((settings) => measureInMemory('memory/pipe', SIZE, settings)),
    pipeline((settings) => measureInMemory('memory/pipeline', SIZE, settings)),
    streamx((settings) => measureInMemory('memory/streamx', SIZE, settings)),
  ],
  goals: [{ metric: throughput.name, peer: 'pipe', atLeast: 1 }],
} satisfies Workload;
