/** Throughput at several points of a scale; each point is a metric. */
import { type Contestant, type Measurement, type Settings, tabulate } from '../harness/workload.js';
import { startNode, startTwisted } from '../support/commands.js';
import { atLeast, type Measure, ours, rawNode, twisted } from '../support/contestants.js';
import { type LengthOptions, measureLength, MIB } from '../support/lengths.js';
import { pushers } from '../support/pushers.js';
import { throughput } from '../support/throughput.js';
import type { Child } from '../support/child.js';

interface Point {
  /** Where on the scale. */
  readonly label: string;
  readonly contestants: readonly [Contestant, ...Contestant[]];
}

interface Row {
  readonly title: string;
  readonly points: readonly [Point, ...Point[]];
}

const ON_CONNECTIONS = ['twisted-streams', 'raw Node', 'Twisted'];

function onConnections(connections: number): Point {
  const noun = connections === 1 ? 'connection' : 'connections';
  const all = pushers({ size: 4096, connections });
  const compared = all.filter(({ name }) => ON_CONNECTIONS.includes(name));
  return {
    label: `${connections.toLocaleString('en')} ${noun}`,
    contestants: compared as [Contestant, ...Contestant[]],
  };
}

/** `times` transfers of `mebibytes` MiB. */
function ofLength(label: string, mebibytes: number, times: number): Point {
  const measure =
    (start: (options: LengthOptions) => Child): Measure =>
    () =>
      measureLength(start, mebibytes * MIB, times);
  return {
    label,
    contestants: [
      ours(measure((options) => startNode('length/twisted-streams', options))),
      rawNode(measure((options) => startNode('length/raw-node', options))),
      twisted(measure((options) => startTwisted('length', options))),
    ],
  };
}

const ROWS: Readonly<Record<string, Row>> = {
  'curve-connections': {
    title: 'push producers on ever more connections, 4 KiB messages, TCP',
    points: [
      onConnections(1),
      onConnections(10),
      onConnections(100),
      onConnections(1000),
      onConnections(10_000),
    ],
  },
  'curve-length': {
    title: 'transfers of ever more bytes, 64 KiB messages, TCP, from the connect to the close',
    points: [
      ofLength('1 MiB', 1, 256),
      ofLength('16 MiB', 16, 32),
      ofLength('256 MiB', 256, 4),
      ofLength('4 GiB', 4096, 1),
    ],
  },
};

/** A contestant that measures itself at all `points`, in turn. */
function along(points: Row['points'], { name, ...contestant }: Contestant): Contestant {
  const measure = async (settings: Settings): Promise<Measurement> => {
    const measurement: Record<string, number> = {};
    for (const { label, contestants } of points) {
      const here = contestants.find((each) => each.name === name);
      const value = (await here?.measure(settings))?.[throughput.name];
      if (value !== undefined) measurement[label] = value;
    }
    return measurement;
  };
  return { ...contestant, name, measure };
}

export const curves = tabulate(ROWS, ({ title, points }) => {
  const [first, ...rest] = points[0].contestants;
  const metrics = points.map(({ label }) => ({ name: label, unit: throughput.unit }));
  return {
    title,
    metrics,
    contestants: [along(points, first), ...rest.map((contestant) => along(points, contestant))],
    goals: metrics.flatMap((metric) => atLeast(metric, { 'raw Node': 1 })),
    mostRounds: () => 3,
  };
});
