/** One receiver of each kind, and how to send it a message. */
import {
  Int16StringReceiver,
  LineOnlyReceiver,
  LineReceiver,
  NetstringReceiver,
  type ProtocolState,
  type Receiver,
  StatefulProtocol,
} from '../../lib/protocols/index.js';

/** A kind of receiver. */
interface ReceiverKind {
  readonly name: string;
  /** Makes a receiver that calls `hear` with the text of each piece, and returns its answer. */
  make(hear: (text: string) => unknown): Receiver;
  /** `text` as the receiver waits for it: of three letters, where it waits for so many bytes. */
  encode(text: string): Buffer;
}

class Threes extends StatefulProtocol {
  constructor(private readonly hear: (text: string) => unknown) {
    super();
  }
  override getInitialState(): ProtocolState {
    return [(data: Buffer) => this.hear(data.toString()), 3];
  }
}

const assigned = <R extends Receiver>(made: R, callback: string, hear: (text: string) => unknown) =>
  Object.assign(made, { [callback]: (data: Buffer) => hear(data.toString()) });

export const RECEIVER_KINDS: readonly ReceiverKind[] = [
  {
    name: 'LineReceiver',
    make: (hear) => assigned(new LineReceiver(), 'lineReceived', hear),
    encode: (text) => Buffer.from(`${text}\r\n`),
  },
  {
    name: 'LineReceiver in raw mode',
    make(hear) {
      const receiver: LineReceiver = assigned(new LineReceiver(), 'lineReceived', hear);
      receiver.setRawMode();
      receiver.rawDataReceived = (data) => {
        receiver.setRawMode();
        const returned = hear(data.subarray(0, 3).toString());
        if (data.length > 3) void receiver.dataReceived(data.subarray(3));
        return returned;
      };
      return receiver;
    },
    encode: (text) => Buffer.from(text),
  },
  {
    name: 'LineOnlyReceiver',
    make: (hear) => assigned(new LineOnlyReceiver(), 'lineReceived', hear),
    encode: (text) => Buffer.from(`${text}\r\n`),
  },
  {
    name: 'NetstringReceiver',
    make: (hear) => assigned(new NetstringReceiver(), 'stringReceived', hear),
    encode: (text) => Buffer.from(`${text.length}:${text},`),
  },
  {
    name: 'Int16StringReceiver',
    make: (hear) => assigned(new Int16StringReceiver(), 'stringReceived', hear),
    encode: (text) => Buffer.from(`\0${String.fromCharCode(text.length)}${text}`),
  },
  {
    name: 'StatefulProtocol',
    make: (hear) => new Threes(hear),
    encode: (text) => Buffer.from(text),
  },
];

/** `texts` in one chunk. */
export function encodeAll(kind: ReceiverKind, ...texts: string[]): Buffer {
  return Buffer.concat(texts.map((text) => kind.encode(text)));
}
