/**
 * Draws a recorded flow: what was buffered, when the producer was paused, how fast both ends were.
 */
import { writeFile } from 'node:fs/promises';

import * as echarts from 'echarts';
import type { FlowRecorder, FlowSample } from 'twisted-streams/testing';

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

/** A point of a line: seconds, value. */
type Point = [seconds: number, value: number];

const seconds = (milliseconds: number) => milliseconds / 1000;

/** MB a second at each sample, of what is counted under `name`. */
function rate(samples: readonly FlowSample[], name: string): Point[] {
  const points: Point[] = [];
  let from = 0;
  for (const sample of samples) {
    while (sample.at - (samples[from] as FlowSample).at > RATE_OVER) from += 1;
    const first = samples[from] as FlowSample;
    const elapsed = sample.at - first.at;
    if (elapsed < RATE_OVER / 2) continue;
    const bytes = (sample.measured[name] ?? 0) - (first.measured[name] ?? 0);
    points.push([seconds(sample.at), bytes / elapsed / 1000]);
  }
  return points;
}

/** When the last byte was received: from then on the count stays the same. */
function lastByteAt(samples: readonly FlowSample[]): number | undefined {
  const total = samples.at(-1)?.measured['received'];
  return samples.find(({ measured }) => measured['received'] === total)?.at;
}

/** The vertical lines: the close that was asked for, the last byte, the loss. */
function marks({ events, samples }: FlowRecorder): { xAxis: number; name: string }[] {
  const closing = events.find(({ event }) => event === 'closing')?.at;
  const lost = events.find(({ event }) => event === 'lost');
  const found: [number | undefined, string][] = [
    [closing, 'loseConnection'],
    [lastByteAt(samples), 'last byte received'],
    [lost?.at, lost?.reason?.name ?? 'lost'],
  ];
  return found.flatMap(([at, name]) => (at === undefined ? [] : [{ xAxis: seconds(at), name }]));
}

/** The picture as an SVG document. */
export function draw(recorder: FlowRecorder): string {
  const { samples, pauses, highWaterMark } = recorder;
  const end = seconds(samples.at(-1)?.at ?? 0);
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
      textStyle: { fontSize: 15 },
    },
    legend: {
      top: 30,
      itemGap: 50,
      data: ['buffered', 'written by the producers', 'received by the reader'],
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
        markArea: {
          silent: true,
          itemStyle: { color: COLOURS.pause },
          data: pauses.map(({ from, to }) => [{ xAxis: seconds(from) }, { xAxis: seconds(to) }]),
        },
        markLine: {
          symbol: 'none',
          silent: true,
          label: { formatter: '{b}', position: 'end', rotate: 0, color: COLOURS.mark },
          lineStyle: { color: COLOURS.mark, type: 'dashed' as const },
          data: [
            // One above the other, so that marks that are close can both be read.
            ...marks(recorder).map((mark, i) => ({ ...mark, label: { distance: 4 + 14 * i } })),
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
      line('written by the producers', 1, COLOURS.written, rate(samples, 'written')),
      line('received by the reader', 1, COLOURS.received, rate(samples, 'received')),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Writes the picture to `path`. */
export async function plot(recorder: FlowRecorder, path: string): Promise<void> {
  await writeFile(path, draw(recorder));
}
