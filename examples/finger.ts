/**
 * Twisted's finger tutorial: a client sends the name of a user and is told the user's status. The
 * status comes from a promise, as it would from a database.
 *
 *     node --import tsx/esm examples/finger.ts [port [user=status ...]]
 *     echo moshez | nc -C 127.0.0.1 1079
 */
import { Factory, log } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { parsePort, serve } from './serve.js';

class Finger extends LineReceiver {
  declare factory: FingerFactory;

  override lineReceived(user: Buffer) {
    this.factory
      .getUser(user.toString())
      .catch((error: unknown) => {
        log.err(error);
        return 'Internal error in server';
      })
      .then((status) => {
        this.sendLine(Buffer.from(status));
        this.transport.loseConnection();
      })
      .catch(log.err);
  }
}

class FingerFactory extends Factory {
  override protocol = Finger;

  constructor(private readonly users: ReadonlyMap<string, string>) {
    super();
  }

  getUser(user: string): Promise<string> {
    return Promise.resolve(this.users.get(user) ?? 'No such user');
  }
}

const [port = '1079', ...users] = process.argv.slice(2);
const entries = users.length > 0 ? users : ['moshez=Happy and well'];
const known = new Map(entries.map((entry) => entry.split('=', 2) as [string, string]));
await serve(parsePort(port), new FingerFactory(known));
