import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { describeWithTwisted, PYTHON } from '../support/twisted.js';

const refusesSmallKeys = Number(process.versions.node.split('.')[0]) >= 26;

/** Tests of Twisted that belong together, and what they are about. */
interface OwnTests {
  name: string;
  /** How many of them pass, so that none goes missing unseen. */
  passing: number;
  /** Those that can't pass and are left out, each with the reason. */
  except?: Record<string, string>;
}

const OWN_TESTS: OwnTests[] = [
  { name: 'twisted.internet.test.test_filedescriptor', passing: 4 },
  { name: 'twisted.test.test_internet.ProducerTests', passing: 6 },
  { name: 'twisted.test.test_cooperator', passing: 29 },
  { name: 'twisted.test.test_task.ClockTests', passing: 15 },
  {
    name: 'twisted.test.test_task.LoopTests',
    passing: 15,
    except: {
      test_reprFunction: 'ours shows itself as Node shows things',
      test_reprMethod: 'ours shows itself as Node shows things',
      test_deferredDeprecation: 'ours has no attribute that is deprecated',
    },
  },
  { name: 'twisted.test.test_task.ReactorLoopTests', passing: 7 },
  {
    name: 'twisted.test.test_task.DeferLaterTests',
    passing: 3,
    except: { test_cancel: 'a promise cannot be cancelled: ours takes an AbortSignal' },
  },
  {
    name: 'twisted.test.test_policies',
    passing: 34,
    except: {
      'WrapperTests.test_transportInterfaces':
        'interfaces of zope; ours are known by their methods',
      'LoggingFactoryTests.test_counter': 'we have no TrafficLoggingFactory',
      'LoggingFactoryTests.test_thingsGetLogged': 'we have no TrafficLoggingFactory',
      'LoggingFactoryTests.test_loggingFactoryOpensLogfileAutomatically':
        'we have no TrafficLoggingFactory',
    },
  },
  { name: 'twisted.test.test_pcp', passing: 38 },
  { name: 'twisted.test.test_htb', passing: 7 },
  { name: 'twisted.test.test_tpfile', passing: 2 },
  { name: 'twisted.internet.test.test_protocol.AdapterTests', passing: 2 },
  { name: 'twisted.internet.test.test_testing.StringTransportTests', passing: 18 },
  { name: 'twisted.internet.test.test_testing.NonStreamingProducerTests', passing: 2 },
  {
    name: 'twisted.test.test_loopback.LoopbackAsyncTests',
    passing: 16,
    except: {
      test_pumpPolicy: 'ours takes no policy: it delivers each piece as it was written',
    },
  },
  { name: 'twisted.protocols.test.test_basic', passing: 89 },
  { name: 'twisted.test.test_stateful', passing: 8 },
  {
    name: 'twisted.test.test_factories.ReconnectingFactoryTests',
    passing: 3,
    except: {
      test_serializeUnused: 'ours are not pickled',
      test_serializeWithClock: 'ours are not pickled',
      test_deserializationResetsParameters: 'ours are not pickled',
    },
  },
  {
    name: 'twisted.application.test.test_internet.ClientServiceTests',
    passing: 26,
    except: {
      test_interfacesForTransport: 'Node passes no file descriptors',
      test_prepareConnectionCalledWithProtocol: 'ours is given the protocol, not a proxy of it',
      test_startTwice: 'ours complains of an error, which trial takes for a failure',
      test_whenConnectedFails: 'a Failure that crosses the line comes back as another one',
    },
  },
  { name: 'twisted.internet.test.test_endpoints.ParserTests', passing: 10 },
  {
    name: 'twisted.internet.test.test_endpoints.ServerStringTests',
    passing: refusesSmallKeys ? 7 : 8,
    except: {
      test_sslDHparameters: 'ours reads the file at once, and this test has none',
      test_typeFromPlugin: 'ours takes no plugins',
      ...(refusesSmallKeys && {
        test_sslChainLoads: "the OpenSSL of Node 26 refuses the 1,024-bit keys of Twisted's tests",
      }),
    },
  },
  {
    name: 'twisted.internet.test.test_endpoints.ClientStringTests',
    passing: 9,
    except: {
      test_stringParserWithReactor: 'ours takes no plugins',
      test_typeFromPlugin: 'ours takes no plugins',
    },
  },
  { name: 'twisted.internet.test.test_endpoints.SSLClientStringTests', passing: 5 },
  {
    name: 'twisted.web.test.test_agent.FileBodyProducerTests',
    passing: 9,
    except: {
      test_cancelWhileProducing: 'a promise cannot be cancelled: stopProducing does it',
      test_defaultCooperator: 'looks into a private attribute',
      test_unknownLength: 'its files have no read, which ours refuses',
    },
  },
  // Not tests of what we have, but of what stands on it.
  { name: 'twisted.test.test_finger', passing: 4 },
  { name: 'twisted.test.test_ident', passing: 13 },
  { name: 'twisted.test.test_postfix', passing: 4 },
  { name: 'twisted.test.test_ftp', passing: 171 },
  { name: 'twisted.mail.test.test_pop3', passing: 126 },
  { name: 'twisted.web.test.test_newclient', passing: 133 },
  { name: 'twisted.test.test_amp', passing: 139 },
  { name: 'twisted.test.test_protocols', passing: 7 },
  { name: 'twisted.protocols.test.test_tls.NonStreamingProducerTests', passing: 8 },
];

const TCP = 'twisted.test.test_tcp';
const INTERNET_TCP = 'twisted.internet.test.test_tcp';

/** Not all of Twisted's: some send so much, copied again for each write, that it takes minutes. */
const OVER_TCP: OwnTests[] = [
  { name: 'twisted.test.test_loopback.LoopbackTCPTests', passing: 2 },
  { name: 'twisted.test.test_tpfile', passing: 2 },
  { name: `${TCP}.LoopbackTests`, passing: 7 },
  { name: `${TCP}.WriteDataTests`, passing: 2 },
  {
    name: `${TCP}.HalfCloseTests`,
    passing: 1,
    except: { testCloseWriteCloser: 'looks into the private buffer' },
  },
  { name: `${TCP}.HalfCloseNoNotificationAndShutdownExceptionTests`, passing: 2 },
  { name: `${TCP}.HalfCloseBuggyApplicationTests`, passing: 2 },
  { name: `${TCP}.PauseProducingTests`, passing: 1 },
  { name: `${TCP}.CallBackOrderTests`, passing: 1 },
  {
    name: `${INTERNET_TCP}.TCPTransportTestsBuilder_EPollReactorTests`,
    passing: 5,
    except: {
      test_writeSequenceWithUnicodeRaisesException: 'compares the message; ours is Node-like',
    },
  },
  { name: `${INTERNET_TCP}.TCPConnectionTestsBuilder_EPollReactorTests`, passing: 6 },
  {
    name: `${INTERNET_TCP}.TCP4ClientTestsBuilder_EPollReactorTests`,
    passing: 10,
    except: {
      test_disconnectWhileProducing: 'its producer lacks a method that every producer has',
    },
  },
  { name: `${INTERNET_TCP}.AbortConnectionTests_EPollReactorTests`, passing: 11 },
];

/** Runs them all at once. @returns what came of each: 'passes', 'skipped: why' or a traceback. */
function run(tests: readonly OwnTests[], ...options: string[]): [name: string, outcome: string][] {
  const program = fileURLToPath(new URL('run.py', import.meta.url));
  const names = tests.flatMap(({ name, except = {} }) => [
    name,
    ...Object.keys(except).map((test) => `-${name}.${test}`),
  ]);
  const { stdout, stderr } = spawnSync(PYTHON, [program, ...options, ...names], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const [last] = stdout.trim().split('\n').slice(-1);
  if (!last) throw new Error(`Twisted's tests did not end: ${stderr}`);
  return Object.entries(JSON.parse(last) as Record<string, string>);
}

function specify(tests: readonly OwnTests[], ...options: string[]): void {
  let outcomes: [name: string, outcome: string][];

  before(function () {
    this.timeout(60_000);
    outcomes = run(tests, ...options);
  });

  for (const { name, passing, except = {} } of tests) {
    const leftOut = Object.keys(except).map((test) => `, but not ${test}`);
    it(`passes ${name}${leftOut.join('')}`, () => {
      const own = outcomes.filter(([test]) => test.startsWith(`${name}.`));
      const others = own.filter(([, outcome]) => outcome !== 'passes');
      expect(others, others.join('\n')).to.deep.equal([]);
      expect(own).to.have.lengthOf(passing);
    });
  }
}

describeWithTwisted(
  'Twisted’s own tests, unmodified, with our classes in place of Twisted’s',
  () => {
    specify(OWN_TESTS);
  },
);

describeWithTwisted('Twisted’s own TCP tests, with our FileDescriptor below its transports', () => {
  specify(OVER_TCP, '--over-tcp');
});
