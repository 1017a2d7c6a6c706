/** Judges how the flow went, and says so. */
import { ConnectionDone } from 'twisted-streams';

import type { FlowMeter } from './flow-meter.js';
import type { Outcome, Plan } from './run.js';

/** A line of the report. */
interface Finding {
  readonly name: string;
  readonly value: string;
  /** Whether it is as it must be. */
  readonly right: boolean;
}

/** Holds `outcome` against what a flow of `plan` must come to. */
export function judge(plan: Plan, outcome: Outcome): Finding[] {
  const { pulled, pushed, received, highWaterMark, reason, failure } = outcome;
  const sent = pulled.bytes + pushed.bytes;
  const finding = (name: string, value: string | number, right: boolean): Finding => ({
    name,
    value: String(value),
    right,
  });
  const peak = (name: string, { peak, limit }: FlowMeter) =>
    finding(name, `${peak} bytes (highWaterMark and one write: ${limit})`, peak <= limit);
  return [
    failure === undefined
      ? finding('file', `${pulled.bytes} of ${plan.size} bytes`, pulled.bytes === plan.size)
      : finding('file', failure.message, false),
    finding('bytes sent', sent, true),
    finding('bytes received', received.received, received.received === sent),
    finding('SHA-256 sent', outcome.sha256, true),
    finding('SHA-256 received', received.sha256 ?? 'none', received.sha256 === outcome.sha256),
    // A producer that never stops by itself can't fill the buffer without being paused.
    finding('pauses', pushed.pauses, pushed.pauses > 0 || pushed.bytes < (highWaterMark || 1)),
    finding('resumes', pushed.resumes, pushed.resumes === pushed.pauses),
    finding('highWaterMark', `${highWaterMark} bytes`, true),
    peak('peak, pulled', pulled),
    peak('peak, pushed', pushed),
    finding(
      'connectionLost',
      `${reason.name}: ${reason.message}`,
      reason instanceof ConnectionDone,
    ),
  ];
}

/** `findings`, a line each, and the verdict. */
export function format(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ name, value, right }) => `${name.padEnd(18)}${value}${right ? '' : '   <- WRONG'}`,
  );
  const wrong = findings.filter(({ right }) => !right).map(({ name }) => name);
  const verdict =
    wrong.length === 0 ? 'All of this is as it must be.' : `WRONG: ${wrong.join(', ')}`;
  return [...lines, '', verdict].join('\n');
}
