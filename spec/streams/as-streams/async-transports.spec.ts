/** Transports under a TransportDuplex with methods that are async functions, and fail. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, ProducerReadable, TransportDuplex } from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';

describe('A TransportDuplex whose transport rejects a call', () => {
  const logged = expectNothingLogged();

  /** The errors that a stream emits when `act` was called on it. */
  async function errorsOf(
    method: string,
    act: (stream: TransportDuplex) => void,
  ): Promise<unknown[]> {
    const stream = new TransportDuplex();
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    const transport = new StringTransport() as unknown as Record<string, () => unknown>;
    const was = transport[method];
    transport[method] = function (...args) {
      was?.apply(this, args);
      return Promise.reject(failure);
    };
    stream.makeConnection(transport as never);
    act(stream);
    await turn();
    await turn();
    return errors;
  }

  const end = (stream: TransportDuplex) => void stream.end();
  it('is destroyed, if it is not yet', async () => {
    expect(await errorsOf('registerProducer', () => {})).to.deep.equal([failure]);
    expect(await errorsOf('write', (stream) => void stream.write('a'))).to.deep.equal([failure]);
    expect(await errorsOf('loseWriteConnection', end)).to.deep.equal([failure]);
    expect(await errorsOf('loseConnection', end)).to.deep.equal([failure]);
    expect(logged.splice(0)).to.deep.equal([failure]); // `abortConnection` called it again.
  });

  it('logs the error, if it was destroyed before', async () => {
    const destroy = (stream: TransportDuplex) => void stream.destroy();
    expect(await errorsOf('loseConnection', destroy)).to.deep.equal([]);
    expect(logged.splice(0)).to.deep.equal([failure]);
    const reset = (stream: TransportDuplex) => void stream.resetAndDestroy();
    expect(await errorsOf('abortConnection', reset)).to.deep.equal([]);
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(await errorsOf('unregisterProducer', destroy)).to.deep.equal([]);
    expect(logged.splice(0)).to.deep.equal([failure]);
    const destroyCorked = (stream: TransportDuplex) => {
      stream.cork();
      stream.write('a');
      stream.destroy();
    };
    expect(await errorsOf('write', destroyCorked)).to.deep.equal([]);
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

describe('A stream that is destroyed from inside a call that then throws', () => {
  const logged = expectNothingLogged();

  it('logs the error, if it is a TransportDuplex that resumes its transport', async () => {
    const stream = new TransportDuplex();
    const transport = new StringTransport();
    transport.resumeProducing = () => {
      stream.connectionLost(new ConnectionDone());
      stream.destroy();
      throw failure;
    };
    stream.makeConnection(transport);
    stream.dataReceived(Buffer.alloc(stream.readableHighWaterMark));
    stream.read();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('logs the error, if it is a ProducerReadable that asks its producer', async () => {
    const stream = new ProducerReadable();
    const resumeProducing = () => {
      stream.destroy();
      throw failure;
    };
    stream.registerProducer({ resumeProducing, stopProducing() {} }, false);
    stream.read();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});
