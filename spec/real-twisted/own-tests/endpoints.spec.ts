/** Twisted's own tests of connections that endpoints make, with our endpoints and Node's sockets. */
import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const TCP = 'twisted.internet.test.test_tcp';
const TLS = 'twisted.internet.test.test_tls';

const NO_LOG = 'ours logs errors only';
const NO_DESCRIPTOR = 'looks for the descriptor in the Python process';
const KEPT = 'what crossed the line stays known at both ends';

const TLS_CLIENT = { test_logPrefix: NO_LOG, test_protocolGarbageAfterLostConnection: KEPT };
const TCP_CLIENT = {
  ...TLS_CLIENT,
  test_disconnectWhileProducing: 'its producer lacks a method that every producer has',
  test_unregisterProducerAfterDisconnect: 'ours reads and discards what comes after loseConnection',
};

const ENDPOINTS: OwnTests[] = [
  {
    name: `${TCP}.TCP4ClientTestsBuilder_EPollReactorTests`,
    passing: 6,
    except: { ...TCP_CLIENT, test_addresses: 'installs a resolver in the reactor' },
  },
  {
    name: `${TCP}.TCP6ClientTestsBuilder_EPollReactorTests`,
    passing: 6,
    except: {
      ...TCP_CLIENT,
      test_addresses: 'a client of ours binds to an address, not to a port',
    },
  },
  {
    name: `${TCP}.TCPConnectionTestsBuilder_EPollReactorTests`,
    passing: 5,
    except: { test_resumeProducing: NO_DESCRIPTOR },
  },
  {
    name: `${TLS}.SSLClientTestsMixin_EPollReactorTests`,
    passing: 3,
    except: TLS_CLIENT,
  },
  {
    name: `${TLS}.StartTLSClientTestsMixin_EPollReactorTests`,
    passing: 1,
    except: TLS_CLIENT,
  },
];

describeWithTwisted('Twisted’s own tests of connections, with our endpoints over Node', () => {
  specify(ENDPOINTS, '--endpoints');
});
