/**
 * Draws a recorded flow: what was buffered, when the producer was paused, how fast both ends were.
 */
import { writeFile } from 'node:fs/promises';

import * as echarts from 'echarts';

import type { RecordedFlow } from './run.js';

const WIDTH = 1100;
const HEIGHT = 640;
/** Milliseconds over which a rate is taken: shorter ones would show the reader's naps only. */
const RATE_OVER = 200;

const COLOURS = {
  buffered: '#2b6cb0',
  limit: '#c53030',
  pause: 'rgba(237, 137, 54, 0.18)',
  written: '#2f855a',
  received: '#805ad5',
  mark: '#4a5568',
};

/** A vertical line. */
interface Mark {
  /** Seconds since the recorder began. */
  readonly xAxis: number;
  readonly name: string;
}

/** A point of a line: seconds, value. */
type Point = [seconds: number, value: number];

const seconds = (milliseconds: number) => milliseconds / 1000;

/** How many bytes there had been at a moment. */
interface Count {
  /** Milliseconds since the recorder began. */
  readonly at: number;
  readonly bytes: number;
}

/** MB a second at each count. */
function rate(counts: readonly Count[]): Point[] {
  const points: Point[] = [];
  let from = 0;
  for (const { at, bytes } of counts) {
    while (at - (counts[from] as Count).at > RATE_OVER) from += 1;
    const first = counts[from] as Count;
    const elapsed = at - first.at;
    if (elapsed < RATE_OVER / 2) continue;
    points.push([seconds(at), (bytes - first.bytes) / elapsed / 1000]);
  }
  return points;
}

/** The bytes that the producers had written, at each sample. */
const writtenCounts = ({ recorder }: RecordedFlow): Count[] =>
  recorder.samples.map(({ at, measured }) => ({ at, bytes: measured['written'] ?? 0 }));

/** The bytes that the reader had received, by its own clock: a report takes a while to come here. */
const receivedCounts = ({ reports, began }: RecordedFlow): Count[] =>
  reports.map(({ at, received }) => ({ at: at - began, bytes: received }));

/** The vertical lines, in order: the close that was asked for, the last byte, the loss. */
function marks({ recorder: { events }, reports, began }: RecordedFlow): Mark[] {
  const closing = events.find(({ event }) => event === 'closing')?.at;
  const lastByte = reports.at(-1)?.at;
  const lost = events.find(({ event }) => event === 'lost');
  const found: [number | undefined, string][] = [
    [closing, 'loseConnection'],
    [lastByte && lastByte - began, 'last byte received'],
    [lost?.at, lost?.reason?.name ?? 'lost'],
  ];
  return found
    .flatMap(([at, name]) => (at === undefined ? [] : [{ xAxis: seconds(at), name }]))
    .sort((one, other) => one.xAxis - other.xAxis);
}

/** The picture as an SVG document. */
export function draw(flow: RecordedFlow): string {
  const { samples, pauses, highWaterMark } = flow.recorder;
  const lines = marks(flow);
  const end = Math.max(seconds(samples.at(-1)?.at ?? 0), lines.at(-1)?.xAxis ?? 0);
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: HEIGHT,
  });
  const line = (name: string, axis: number, color: string, data: Point[]) => ({
    name,
    type: 'line' as const,
    xAxisIndex: axis,
    yAxisIndex: axis,
    showSymbol: false,
    lineStyle: { width: 1.5 },
    color,
    data,
  });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: 'One flow: a file is pulled, then integers are pushed; the reader is slower',
      left: 'center',
      top: 6,
      textStyle: { fontSize: 15 },
    },
    legend: {
      top: 38,
      itemGap: 50,
      data: [
        'buffered',
        { name: 'paused', icon: 'rect' },
        'written by the producers',
        'received by the reader',
      ],
    },
    grid: [
      { left: 80, right: 60, top: 120, height: 240 },
      { left: 80, right: 60, top: 410, height: 170 },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      gridIndex,
      type: 'value' as const,
      min: 0,
      max: Math.ceil(end * 10) / 10,
      name: gridIndex === 1 ? 'seconds' : '',
      nameLocation: 'middle' as const,
      nameGap: 28,
    })),
    yAxis: [
      { gridIndex: 0, type: 'value', name: 'bytes buffered', nameLocation: 'middle', nameGap: 60 },
      { gridIndex: 1, type: 'value', name: 'MB a second', nameLocation: 'middle', nameGap: 60 },
    ],
    series: [
      {
        ...line(
          'buffered',
          0,
          COLOURS.buffered,
          samples.map(({ at, buffered }) => [seconds(at), buffered]),
        ),
        step: 'end' as const,
        markLine: {
          symbol: 'none',
          silent: true,
          label: { formatter: '{b}', position: 'end', rotate: 0, color: COLOURS.mark },
          lineStyle: { color: COLOURS.mark, type: 'dashed' as const },
          data: [
            // One above the other, so that marks that are close can both be read.
            ...lines.map((mark, i) => ({ ...mark, label: { distance: 4 + 14 * i } })),
            ...(highWaterMark === undefined
              ? []
              : [
                  {
                    yAxis: highWaterMark,
                    name: `highWaterMark, ${highWaterMark} bytes`,
                    lineStyle: { color: COLOURS.limit, type: 'solid' as const },
                    label: { color: COLOURS.limit, position: 'insideStartTop' as const },
                  },
                ]),
          ],
        },
      },
      {
        ...line('paused', 0, COLOURS.pause, []),
        markArea: {
          silent: true,
          itemStyle: { color: COLOURS.pause },
          data: pauses.map(({ from, to }) => [{ xAxis: seconds(from) }, { xAxis: seconds(to) }]),
        },
      },
      line('written by the producers', 1, COLOURS.written, rate(writtenCounts(flow))),
      line('received by the reader', 1, COLOURS.received, rate(receivedCounts(flow))),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Writes the picture to `path`. */
export async function plot(flow: RecordedFlow, path: string): Promise<void> {
  await writeFile(path, draw(flow));
}
