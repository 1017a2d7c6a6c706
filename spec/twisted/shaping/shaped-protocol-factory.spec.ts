import { expect } from 'chai';

import { DuplexTransport } from '../../../lib/index.js';
import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { ConnectionDone } from '../../../lib/twisted/core/errors.js';
import { FilterByHost } from '../../../lib/twisted/shaping/filter-by-host.js';
import { HierarchicalBucketFilter } from '../../../lib/twisted/shaping/hierarchical-bucket-filter.js';
import type { IProtocol, ITransport } from '../../../lib/twisted/core/interfaces.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { ShapedProtocolFactory } from '../../../lib/twisted/shaping/shaped-protocol-factory.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { bytes } from '../../support/ends.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { RecordingTransport } from '../../support/transports.js';

class Greeter extends Protocol {
  readonly received: string[] = [];
  constructor(readonly name = 'nobody') {
    super();
  }
  override connectionMade(): void {
    this.transport.write(bytes(`hello ${this.name}`));
  }
  override dataReceived(data: Buffer): void {
    this.received.push(data.toString());
  }
}

/** Lets the first five bytes of each connection through. */
class Filter extends HierarchicalBucketFilter<[ITransport]> {
  override bucketFactory = () => Object.assign(new Bucket(), { maxburst: 5, rate: 1e-3 });
  override getBucketKey(transport: ITransport): unknown {
    return transport;
  }
}

describe('ShapedProtocolFactory', () => {
  it('makes protocols, each with a transport that is shaped by the bucket chosen for it', () => {
    const filter = new Filter();
    const protocol = new ShapedProtocolFactory(Greeter, filter)('Ann');
    const transport = new RecordingTransport();
    protocol.makeConnection(transport);
    expect(protocol).to.be.instanceOf(Greeter).and.have.property('name', 'Ann');
    expect(protocol.transport).to.be.instanceOf(ShapedTransport);
    transport.producer?.resumeProducing();
    expect(transport.value().toString()).to.equal('hello');
    expect(filter.buckets.get(transport)).to.include({ content: 5, refcount: 1 });
    transport.producer?.stopProducing();
  });

  it('is called like a function or a class, or asked to build, with a class or a function', () => {
    function makeGreeter(name: string): Greeter {
      return new Greeter(name);
    }
    const builders = [
      Greeter,
      makeGreeter,
      (name: string) => new Greeter(name),
      { method: (name: string) => new Greeter(name) }.method,
    ];
    for (const builder of builders) {
      const factory = new ShapedProtocolFactory<Greeter, [string]>(builder, new Filter());
      expect(factory).to.be.instanceOf(ShapedProtocolFactory).and.a('function');
      expect(factory('Ann').name).to.equal('Ann');
      expect(new factory('Bea').name).to.equal('Bea');
      expect(factory.buildProtocol('Cyd').name).to.equal('Cyd');
      expect(factory.call(null, 'Dot').name).to.equal('Dot');
    }
  });

  it('can be subclassed, and has the members that Twisted’s has', () => {
    class Named extends ShapedProtocolFactory<Greeter, [string]> {
      override buildProtocol(name: string): Greeter {
        return super.buildProtocol(name.toUpperCase());
      }
    }
    const filter = new Filter();
    const factory = new Named(Greeter, filter);
    expect(factory('Ann').name).to.equal('ANN');
    expect(factory).to.include({ protocol: Greeter, bucketFilter: filter });
  });

  it('passes on that no protocol is made', () => {
    const factory = new ShapedProtocolFactory(() => null as unknown as IProtocol, new Filter());
    expect(factory()).to.equal(null);
  });

  it('asks for no bucket for a transport that is not a consumer', () => {
    const asked: unknown[] = [];
    const getBucketFor = (transport: unknown) => (asked.push(transport), new Bucket());
    const protocol = new ShapedProtocolFactory(Greeter, { getBucketFor })();
    expect(() => protocol.makeConnection({ write() {} } as never)).to.throw(InvalidArgTypeError);
    expect(asked).to.deep.equal([]);
  });

  it('tells the protocol nothing after it has closed', () => {
    const protocol = new ShapedProtocolFactory(Greeter, new Filter())();
    const transport = new RecordingTransport();
    protocol.dataReceived(bytes('a'));
    protocol.makeConnection(transport);
    transport.producer?.resumeProducing();
    protocol.dataReceived(bytes('b'));
    protocol.transport.loseConnection(); // Must wait for room.
    protocol.dataReceived(bytes('c'));
    expect(protocol.received).to.deep.equal(['a', 'b']);
    expect(transport.log).not.to.include('lose');
    transport.producer?.stopProducing();
  });

  it('serves each of several connections of one host in turn, and closes each cleanly', async () => {
    class HostBucket extends Bucket {
      override maxburst = 10_000;
      override rate = 1_000_000;
    }
    class Sender extends Protocol {
      override connectionMade(): void {
        this.transport.write(Buffer.alloc(30_000, 'x'));
        this.transport.loseConnection();
      }
    }
    const filter = new FilterByHost();
    filter.bucketFactory = HostBucket;
    const factory = new ShapedProtocolFactory(Sender, filter);
    const pairs = await Promise.all([tcpPair(), tcpPair(), tcpPair()]);
    const closed = pairs.map(
      ({ server }) => new DuplexTransport(server, { protocol: factory() }).closed,
    );
    for (const { client } of pairs) {
      expect(await readAll(client)).to.have.length(30_000);
      client.end();
    }
    for (const reason of await Promise.all(closed)) {
      expect(reason).to.be.instanceOf(ConnectionDone);
    }
    expect(filter.buckets.size).to.equal(1);
    expect([...filter.buckets.values()][0]).to.include({ refcount: 0 });
  });

  it('takes only a maker of protocols, and a function that chooses buckets', () => {
    const filter = new Filter();
    expect(() => new ShapedProtocolFactory({} as typeof Greeter, filter)).to.throw(
      InvalidArgTypeError,
      'protocolFactory',
    );
    expect(() => new ShapedProtocolFactory(Greeter, {} as Filter)).to.throw(
      InvalidArgTypeError,
      'bucketFilter',
    );
    const factory = new ShapedProtocolFactory(() => ({}) as IProtocol, filter);
    expect(() => factory()).to.throw(InvalidArgTypeError, 'protocol');
    const protocol = new ShapedProtocolFactory(Greeter, filter)();
    expect(() => protocol.makeConnection({} as ITransport)).to.throw(InvalidArgTypeError);
    expect(protocol.connected).to.equal(false);
  });
});
