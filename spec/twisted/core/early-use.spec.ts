import { expect } from 'chai';

import { Factory, protocolOf } from '../../../lib/twisted/core/factory.js';
import type { IAddress } from '../../../lib/twisted/core/interfaces.js';
import type { DuplexTransport } from '../../../lib/streams/transports/index.js';
import { Protocol, type ProtocolTransport } from '../../../lib/twisted/core/protocol.js';

const address: IAddress = { type: 'PIPE' };

/** Builds a protocol as a port does. */
const byPort = (factory: Factory): unknown => protocolOf(factory, address);

/** The error of a protocol that does `what` while `built` makes it. */
function thrownBy(what: (protocol: Protocol) => void, built = byPort): unknown {
  class Early extends Protocol {
    constructor() {
      super();
      what(this);
    }
  }
  try {
    built(Factory.forProtocol(Early));
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('A protocol that uses its transport before it has one', () => {
  const uses: [string, (transport: ProtocolTransport) => unknown][] = [
    ['write', (transport) => transport.write(Buffer.from('hello'))],
    ['getPeer', (transport) => transport.getPeer()],
    ['disconnecting', (transport) => transport.disconnecting],
    ['startTLS', (transport) => transport.startTLS({})],
    ['connected', ({ connected }) => connected], // The engine has another message for this.
    ['authorized', (transport) => (transport as unknown as DuplexTransport).authorized],
    ['disconnected', (transport) => (transport as unknown as DuplexTransport).disconnected],
  ];
  for (const [member, use] of uses) {
    it(`is told so: ${member}`, () => {
      const thrown = thrownBy(({ transport }) => use(transport)) as Error;
      expect(thrown).to.have.property('code', 'ERR_INVALID_STATE');
      expect(thrown.message).to.include('until connectionMade').and.include(`"${member}"`);
      expect(thrown.cause).to.be.instanceOf(TypeError);
    });
  }

  it('is told so by buildProtocol itself, as a test calls it', () => {
    const write = ({ transport }: Protocol): void => transport.write(Buffer.from('hello'));
    const thrown = thrownBy(write, (factory) => factory.buildProtocol(address));
    expect(thrown).to.have.property('code', 'ERR_INVALID_STATE');
  });

  it('is told of any other mistake as it is', () => {
    const other = new Error('other');
    const nothing = null as unknown as { write: string; size: number };
    expect(
      thrownBy(() => {
        throw other;
      }),
    ).to.equal(other);
    expect(thrownBy(() => nothing.size)).to.be.instanceOf(TypeError);
    const unlike = [new TypeError('other'), new Error("Cannot read null (reading 'write')")];
    for (const each of unlike) {
      expect(
        thrownBy(() => {
          throw each;
        }),
      ).to.equal(each);
    }
    expect(thrownBy(() => undefined)).to.equal(undefined);
  });
});
