/**
 * Scenarios for `StringTransport`, and what happens when they are played on ours.
 * ../oracle/string_transport.py plays the same on Twisted's.
 */
import { StringTransport } from '../../../lib/testing/string-transport.js';
import { StringTransportWithDisconnection } from '../../../lib/testing/string-transport-with-disconnection.js';
import type { Random } from '../../support/random.js';

const BARE_METHODS = [
  'clear',
  'loseConnection',
  'abortConnection',
  'unregisterProducer',
  'unregisterProducer',
  'pauseProducing',
  'pauseProducing',
  'resumeProducing',
  'resumeProducing',
  'stopProducing',
] as const;

type Step =
  | [(typeof BARE_METHODS)[number]]
  | ['write', string]
  | ['writeSequence', string[]]
  | ['registerProducer', number, unknown];

/** Described in ../oracle/string_transport.py. */
export interface Scenario {
  disconnects: boolean;
  lenient: boolean;
  steps: Step[];
}

/** Calls in any order, those that are refused too. */
export function randomScenario(random: Random): Scenario {
  const text = () => random.pick(['', 'a', 'bc', 'def']);
  const steps = random.list(1, 14, () =>
    random.pick<() => Step>([
      () => [random.pick(BARE_METHODS)],
      () => [random.pick(BARE_METHODS)],
      () => ['write', text()],
      () => ['writeSequence', random.list(0, 3, text)],
      () => ['registerProducer', random.integer(0, 2), random.pick([true, false, 'pushes'])],
    ])(),
  );
  return { disconnects: random.chance(0.5), lenient: random.chance(0.3), steps };
}

export function playOnOurs({ disconnects, lenient, steps }: Scenario): unknown[] {
  const lost: unknown[] = [];
  const protocol = {
    makeConnection: () => {},
    dataReceived: () => {},
    connectionLost: (reason: Error) => lost.push([reason.name, reason.message]),
  };
  const transport = new (disconnects ? StringTransportWithDisconnection : StringTransport)(
    null,
    null,
    lenient,
  );
  if (transport instanceof StringTransportWithDisconnection) transport.protocol = protocol;
  const producers: object[] = [{}, {}, {}];

  const take = (step: Step): void => {
    switch (step[0]) {
      case 'write':
        return transport.write(Buffer.from(step[1]));
      case 'writeSequence':
        return transport.writeSequence(step[1].map((piece) => Buffer.from(piece)));
      case 'registerProducer':
        return transport.registerProducer(producers[step[1]] as object, step[2]);
      default:
        return transport[step[0]]();
    }
  };

  return steps.map((step) => {
    let raised: string | null = null;
    try {
      take(step);
    } catch (error) {
      raised = (error as Error).message;
    }
    const { connected, disconnecting, disconnected, producer, streaming, producerState } =
      transport;
    return [
      raised,
      transport.value().toString(),
      connected,
      disconnecting,
      disconnected,
      producer === null ? null : producers.indexOf(producer),
      streaming,
      producerState,
      [...lost],
    ];
  });
}
