/** The messages for the mistakes that newcomers make: each names the remedy. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import {
  ClientEndpoint,
  clientFromString,
  ClientService,
  connect,
  connectProtocol,
  cooperate,
  DuplexTransport,
  ClientFactory,
  Factory,
  FileSender,
  type IProtocolFactory,
  listen,
  log,
  type LogEvent,
  ProducerReadable,
  Protocol,
  ServerEndpoint,
  serverFromString,
  TransportDuplex,
  WritableConsumer,
} from '../../lib/index.js';
import { LineReceiver, TimeoutFactory, TimeoutMixin } from '../../lib/protocols/index.js';
import { rejection } from '../support/rejection.js';

const at = { port: 0, host: '127.0.0.1' };
const consumer = () => new WritableConsumer(new PassThrough());

/** Calls that TypeScript would refuse, as a JavaScript program makes them. */
const mistakes: Record<string, { make: () => unknown; says: RegExp }> = {
  'listens with a protocol class': {
    make: () => listen(Protocol as never, at),
    says: /must be a Factory: Factory\.forProtocol\(P\) makes one of a protocol's class P, or of .* Received function Protocol/,
  },
  'listens with a protocol': {
    make: () => listen(new Protocol() as never, at),
    says: /Factory\.forProtocol\(P\) makes one .* Received an instance of Protocol/,
  },
  'connects with a protocol class': {
    make: () => connect(LineReceiver as never, at),
    says: /must be a ClientFactory .*: ClientFactory\.forProtocol\(P\) makes one/,
  },
  'connects with a factory of servers': {
    make: () => connect(Factory.forProtocol(Protocol) as never, at),
    says: /ClientFactory\.forProtocol\(P\) makes one .* Received an instance of Factory/,
  },
  'listens with the port first, as in Twisted': {
    make: () => listen(8080 as never, Factory.forProtocol(Protocol) as never),
    says: /must be a Factory, and the first argument: the port and the host are options, behind it\. Received 8080/,
  },
  'connects with the host first, as in Twisted': {
    make: () =>
      Reflect.apply(connect, undefined, ['localhost', 80, new ClientFactory()]) as unknown,
    says: /must be a ClientFactory \(.*\), and the first argument: .* Received 'localhost'/,
  },
  'connects a protocol class': {
    make: () => connectProtocol(new ClientEndpoint(at), Protocol as never),
    says: /must be a protocol \(.*\), made with new\. Received function Protocol/,
  },
  'gives options where an endpoint is due': {
    make: () => connectProtocol(at as never, new Protocol()),
    says: /"endpoint" argument must be an endpoint, such as a ClientEndpoint, or what clientFromString makes/,
  },
  'gives a description where an endpoint is due': {
    make: () => new ClientService('tcp:localhost:80' as never, Factory.forProtocol(Protocol)),
    says: /what clientFromString makes of a string\. Received 'tcp:localhost:80'/,
  },
  'gives a client endpoint its host and port singly': {
    make: () => Reflect.construct(ClientEndpoint, ['localhost', 80]) as unknown,
    says: /an object with a `port` or a `path`\. Received 'localhost'/,
  },
  'gives a server endpoint its port alone': {
    make: () => new ServerEndpoint(80 as never),
    says: /an object with a `port` or a `path`\. Received 80/,
  },
  'hands the reactor to serverFromString': {
    make: () => serverFromString({ callLater() {} } as never),
    says: /a string, and the first argument: there is no reactor before it/,
  },
  'misspells the type of a server': {
    make: () => serverFromString('tpc:80'),
    says: /^Unknown endpoint type: 'tpc'\nA description begins with 'tcp:', 'unix:', 'ssl:'/,
  },
  'misspells the type of a client': {
    make: () => clientFromString('http:example.com'),
    says: /^Unknown endpoint type: 'http'\nA description begins with 'tcp:', 'ssl:', 'unix:', 'tls:'/,
  },
  'writes a URL where a description is due': {
    make: () => clientFromString('tcp://localhost:80'),
    says: /^A description is not a URL: write 'tcp:HOST:PORT'\. Received the host '\/\/localhost'$/,
  },
  'gives the options of TLS beside tls, as to tls.createServer': {
    make: () => listen(Factory.forProtocol(Protocol), { ...at, key: 'k', cert: 'c' } as never),
    says: /"options\.key" argument must be left out: it goes inside `tls`\. Received 'k'/,
  },
  'cooperates with a generator function': {
    make: () => cooperate(function* () {} as never),
    says: /must be an iterator or an iterable object: call the function that makes one\. Received function/,
  },
  'sends a file to a stream': {
    make: () => new FileSender().beginFileTransfer('package.json', new PassThrough() as never),
    says: /a consumer \(.*\): an adapter makes one of a stream\. Received an instance of PassThrough/,
  },
  'registers a stream as a producer': {
    make: () => consumer().registerProducer(new PassThrough() as never, true),
    says: /a push producer \(.*\): an adapter makes one of a stream/,
  },
  'registers a push producer that cannot be paused': {
    make() {
      class Sensor {
        resumeProducing() {}
        stopProducing() {}
      }
      consumer().registerProducer(new Sensor() as never, true);
    },
    says: /and this has no pauseProducing\. Received an instance of Sensor/,
  },
  'registers a second producer': {
    make() {
      class Sensor {
        resumeProducing() {}
        stopProducing() {}
      }
      const taken = consumer();
      taken.registerProducer(new Sensor(), false);
      taken.registerProducer(new FileSender(), false);
    },
    says: /^Cannot register producer FileSender, because producer Sensor was never unregistered\.$/,
  },
  'gives a producer to a ProducerReadable': {
    make: () => new ProducerReadable(new FileSender() as never),
    says: /an object of options: the producer is given this stream, and registers with it/,
  },
  'gives a socket to a TransportDuplex': {
    make: () => new TransportDuplex(new net.Socket()),
    says: /an object of options: this is the protocol of a transport, which is given it/,
  },
  'gives a transport the class of its protocol': {
    make: () => new DuplexTransport(new PassThrough(), { protocol: Protocol as never }),
    says: /must be a protocol \(.*\), made with new\. Received function Protocol/,
  },
  'extends a mixin as it is extended in Python': {
    make() {
      class Impatient extends (TimeoutMixin as unknown as typeof Protocol) {}
      return new Impatient();
    },
    says: /^TimeoutMixin is called with the class to extend: TimeoutMixin\(Base\)$/,
  },
  'leaves out lineReceived': {
    make: () => new (class extends LineReceiver {})().dataReceived(Buffer.from('line\r\n')),
    says: /^The class does not implement lineReceived\(\)$/,
  },
};

/** The log of a server of `factory` with which one client connects. */
async function logOfServer(factory: IProtocolFactory): Promise<LogEvent[]> {
  const logged: LogEvent[] = [];
  const stop = log.addObserver((event) => logged.push(event));
  const port = await listen(factory, at);
  const client = net
    .connect(port.getHost().port, '127.0.0.1')
    .resume()
    .on('error', () => {});
  await once(client, 'close');
  await port.stopListening();
  stop();
  return logged;
}

describe('A newcomer', () => {
  for (const [who, { make, says }] of Object.entries(mistakes)) {
    it(`who ${who} reads the remedy`, async () => {
      const error = (await rejection(Promise.resolve().then(make))) as Error & { code: string };
      const { message, cause } = error;
      expect(cause instanceof Error ? `${message}\n${cause.message}` : message).to.match(says);
      expect(error.code).to.match(/^ERR_/);
    });
  }

  it('who writes a string in a callback reads in the log which protocol it was, not which wrapper', async () => {
    class Greeter extends Protocol {
      override connectionMade() {
        this.transport.write('hello' as never);
      }
    }
    const logged = await logOfServer(new TimeoutFactory(Factory.forProtocol(Greeter), 5));
    expect(logged).to.have.length(1);
    expect(logged[0]?.why).to.equal('Greeter: a callback threw; its connection is lost');
    expect(String(logged[0]?.error)).to.match(
      /"data" argument must be bytes \(a Uint8Array\), as Buffer\.from\('text'\)\. Received 'hello'/,
    );
  });
});
