/** Twisted's own tests of what connects, listens and starts processes, over Node's sockets. */
import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const TCP = 'twisted.test.test_tcp';
const INTERNET_TCP = 'twisted.internet.test.test_tcp';
const UNIX = 'twisted.internet.test.test_unix';
const PROCESS = 'twisted.test.test_process';

const NO_LOG = 'ours logs errors only';
const NO_DESCRIPTOR = 'looks for the descriptor in the Python process';
const NO_FILE_DESCRIPTORS = 'Node passes no file descriptors';
const KEPT = 'what crossed the line stays known at both ends';
const LINGERS = 'ours reads and discards what comes after loseConnection';
const NOT_ASKED_AGAIN = 'ours asks a pull producer that has not answered no second time';
const LACKS_A_METHOD = 'its producer lacks a method that every producer has';

const CLIENT = {
  test_badContext: 'skipped by Twisted itself: there is no TLS here',
  test_disconnectWhileProducing: LACKS_A_METHOD,
  test_logPrefix: NO_LOG,
  test_protocolGarbageAfterLostConnection: KEPT,
  test_unregisterProducerAfterDisconnect: LINGERS,
};

const OVER_SOCKETS: OwnTests[] = [
  {
    name: `${TCP}.ListeningTests`,
    passing: 5,
    except: {
      testPortRepr: 'ours shows itself as Node shows things',
      test_serverRepr: 'ours shows itself as Node shows things',
      test_directConnectionLostCall: 'a port of ours is not a descriptor',
      test_restartListening: 'ours does not listen again: listen gives another port',
      test_restartAfterExcept: 'ours does not listen again: listen gives another port',
    },
  },
  {
    name: `${TCP}.LoopbackTests`,
    passing: 5,
    except: {
      test_connectByService: 'ours takes a number',
      test_connectByServiceFail: 'ours takes a number',
    },
  },
  { name: `${TCP}.FactoryTests`, passing: 2 },
  {
    name: `${TCP}.CannotBindTests`,
    passing: 1,
    except: { test_clientBind: 'a client of ours binds to an address, not to a port' },
  },
  { name: `${TCP}.LocalRemoteAddressTests`, passing: 1 },
  {
    name: `${TCP}.WriteDataTests`,
    passing: 1,
    except: { test_writeAfterShutdownWithoutReading: LINGERS },
  },
  { name: `${TCP}.AddressTests`, passing: 1 },
  {
    name: `${TCP}.HalfCloseTests`,
    passing: 1,
    except: { testCloseWriteCloser: 'looks into the private buffer' },
  },
  { name: `${TCP}.HalfCloseNoNotificationAndShutdownExceptionTests`, passing: 2 },
  { name: `${TCP}.HalfCloseBuggyApplicationTests`, passing: 2 },
  { name: `${TCP}.CallBackOrderTests`, passing: 1 },
  {
    name: `${INTERNET_TCP}.TCP4ClientTestsBuilder_EPollReactorTests`,
    passing: 5,
    except: { ...CLIENT, test_addresses: 'installs a resolver in the reactor' },
  },
  {
    name: `${INTERNET_TCP}.TCP6ClientTestsBuilder_EPollReactorTests`,
    passing: 5,
    except: { ...CLIENT, test_addresses: 'a client of ours binds to an address, not to a port' },
  },
  { name: `${INTERNET_TCP}.TCP4ConnectorTestsBuilder_EPollReactorTests`, passing: 3 },
  { name: `${INTERNET_TCP}.TCP6ConnectorTestsBuilder_EPollReactorTests`, passing: 3 },
  {
    name: `${INTERNET_TCP}.TCPPortTestsBuilder_EPollReactorTests`,
    passing: 12,
    except: {
      test_closePeerOnEMFILE: NO_DESCRIPTOR,
      test_connectionLostLogMsg: NO_LOG,
      test_startedListeningLogMessage: NO_LOG,
    },
  },
  {
    name: `${INTERNET_TCP}.TCPConnectionTestsBuilder_EPollReactorTests`,
    passing: 5,
    except: { test_resumeProducing: NO_DESCRIPTOR },
  },
  {
    name: `${INTERNET_TCP}.TCPTransportTestsBuilder_EPollReactorTests`,
    passing: 2,
    except: {
      test_serverAddressTCP4: 'ours shows itself as Node shows things',
      test_serverAddressTCP6: 'ours shows itself as Node shows things',
      test_streamingProducer: 'sets bufferSize; ours is full at highWaterMark',
      test_writeSequenceWithUnicodeRaisesException: 'compares the message; ours is Node-like',
    },
  },
  {
    name: `${INTERNET_TCP}.AbortConnectionTests_EPollReactorTests`,
    passing: 8,
    except: {
      test_resumeProducingAbort: NOT_ASKED_AGAIN,
      test_resumeProducingAbortLater: NOT_ASKED_AGAIN,
      test_resumeProducingThrows: NOT_ASKED_AGAIN,
    },
  },
  {
    name: `${UNIX}.UNIXTestsBuilder_EPollReactorTests`,
    passing: 7,
    except: {
      test_avoidLeakingFileDescriptors: NO_FILE_DESCRIPTORS,
      test_descriptorDeliveredBeforeBytes: NO_FILE_DESCRIPTORS,
      test_fileDescriptorOverrun: NO_FILE_DESCRIPTORS,
      test_sendFileDescriptor: NO_FILE_DESCRIPTORS,
      test_sendFileDescriptorTriggersPauseProducing: NO_FILE_DESCRIPTORS,
      test_listenFailure: 'makes a method of Twisted’s own port fail',
      test_logPrefix: NO_LOG,
      test_mode: 'looks at the socket of a port that has stopped: Node removes it at once',
      test_protocolGarbageAfterLostConnection: KEPT,
    },
  },
  {
    name: `${UNIX}.UnixClientTestsBuilder_EPollReactorTests`,
    passing: 3,
    except: {
      test_disconnectWhileProducing: LACKS_A_METHOD,
      test_unregisterProducerAfterDisconnect: LINGERS,
    },
  },
  {
    name: 'twisted.test.test_unix.UnixSocketTests',
    passing: 4,
    except: {
      test_peerBind: 'Node does not tell the name of the other end',
      test_reprWithNewStyleFactory: 'its factory has none of the methods that a factory has',
      test_uncleanServerSocketLocking: 'listens in a callback, where nothing can be waited for',
    },
  },
  { name: `${PROCESS}.ProcessTests`, passing: 8, except: { test_manyProcesses: 'takes too long' } },
  { name: `${PROCESS}.TwoProcessesPosixTests`, passing: 4 },
  { name: `${PROCESS}.FDTests`, passing: 2 },
  {
    name: `${PROCESS}.PosixProcessTests`,
    passing: 9,
    except: {
      test_errorInProcessEnded: 'looks into the table of Twisted’s own processes',
      test_executionError: 'Node has no fork: what cannot be executed is not started',
    },
  },
  { name: `${PROCESS}.ClosingPipesTests`, passing: 2 },
  {
    name: 'twisted.internet.test.test_process.ProcessTestsBuilder_EPollReactorTests',
    passing: 18,
    except: {
      test_errorDuringExec: 'Node has no fork: what cannot be executed is not started',
      test_spawnProcessEarlyIsReaped: 'waits for a signal that only Node gets',
      test_writeToChildBadFileDescriptor: 'expects a KeyError; ours is an InvalidArgTypeError',
    },
  },
  {
    name: 'twisted.test.test_iutils.ProcessUtilsTests',
    passing: 11,
    except: {
      test_getProcessOutputAndValueDefaultPath: 'changes the directory of the Python process',
      test_getProcessOutputDefaultPath: 'changes the directory of the Python process',
    },
  },
  // Not tests of connections, but of what stands on them.
  { name: 'twisted.spread.test.test_pb', passing: 46 },
  { name: 'twisted.web.test.test_cgi', passing: 16 },
  { name: 'twisted.web.test.test_xmlrpc', passing: 66 },
];

const BASICS: OwnTests[] = [
  {
    name: 'twisted.internet.test.test_protocol',
    passing: 23,
    except: {
      'FactoryTests.test_doStartLoggingStatement': NO_LOG,
      'FactoryTests.test_doStopLoggingStatement': NO_LOG,
    },
  },
  { name: 'twisted.test.test_process.ProcessProtocolTests', passing: 6 },
  { name: 'twisted.test.test_policies', passing: 38 },
  { name: 'twisted.test.test_protocols', passing: 7 },
  { name: 'twisted.test.test_loopback', passing: 23 },
  { name: 'twisted.test.test_factories', passing: 6 },
  { name: 'twisted.names.test.test_names', passing: 68 },
  { name: 'twisted.spread.test.test_pb', passing: 46 },
  { name: 'twisted.words.test.test_jabberxmlstream', passing: 82 },
];

describeWithTwisted('Twisted’s own tests of connections and processes, over Node’s', () => {
  specify(OVER_SOCKETS, '--over-sockets');
});

describeWithTwisted('Twisted’s own tests, with our Protocol, Factory and ProcessProtocol', () => {
  specify(BASICS, '--basics');
});
