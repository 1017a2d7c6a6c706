/** `SerialPort`: the `serialport` package, on its own mock of the hardware. */
import { once } from 'node:events';

import { expect } from 'chai';
import type * as SerialPort from 'serialport';

import { ConnectionDone, ConnectionLost, DuplexTransport, Protocol } from '../../lib/index.js';
import { describeWithPackage } from '../support/packages.js';
import { numbered, PushProducer } from '../support/producers.js';

class Terminal extends Protocol {
  received = '';
  reason: Error | undefined;
  heard!: () => void;

  override dataReceived(data: Buffer): void {
    this.received += data.toString();
    this.heard();
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

describeWithPackage<typeof SerialPort>('serialport', 'A serial port', ({ SerialPortMock }) => {
  const path = '/dev/ttyMOCK';
  const contents = numbered(300_000);
  beforeEach(() => SerialPortMock.binding.createPort(path, { record: true }));
  afterEach(() => SerialPortMock.binding.reset());

  function open() {
    const port = new SerialPortMock({ path, baudRate: 115_200 });
    const protocol = new Terminal();
    const transport = new DuplexTransport(port, { protocol });
    return { port, protocol, transport };
  }

  it('is read and written as a transport, also before it is open', async () => {
    const { port, protocol, transport } = open();
    transport.write(Buffer.from('ATZ\r'));
    await once(port, 'open');
    const heard = new Promise<void>((resolve) => (protocol.heard = resolve));
    port.port?.emitData('OK\r');
    await heard;
    transport.write(Buffer.from('ATH\r'));
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.received).to.equal('OK\r');
    expect(String(port.port?.recording)).to.equal('ATZ\rATH\r');
    port.close(); // The package leaves a port open that has finished.
    await once(port, 'close');
  });

  it('sends all that a producer has, at the pace of the line', async () => {
    const { port, transport } = open();
    const producer = new PushProducer(transport, contents, 1000).start();
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(port.port?.recording.equals(contents)).to.equal(true);
    expect(producer.log).to.include('pause').and.not.include('stop');
    port.close();
    await once(port, 'close');
  });

  it('stops the producer when it is unplugged', async () => {
    const { port, protocol, transport } = open();
    await once(port, 'open');
    const producer = new PushProducer(transport, contents, 1000).start();
    port.close();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    expect(protocol.reason).to.be.instanceOf(ConnectionLost);
    expect(producer.log.at(-1)).to.equal('stop');
  });

  it('is lost, with the cause, when there is no such port', async () => {
    const port = new SerialPortMock({ path: '/dev/ttyNONE', baudRate: 9600 });
    const reason = await new DuplexTransport(port).closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause)
      .to.have.property('message')
      .match(/ttyNONE/);
  });
});
