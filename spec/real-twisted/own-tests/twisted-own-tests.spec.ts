import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const refusesSmallKeys = Number(process.versions.node.split('.')[0]) >= 26;

const SKIPPED = 'skipped by Twisted itself';
const NOTHING_AFTER_CLOSE = 'ours delivers nothing after loseConnection';

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
    passing: 35,
    except: {
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
  { name: 'twisted.internet.test.test_testing', passing: 40 },
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
  { name: 'twisted.application.test.test_internet.TimerServiceTests', passing: 8 },
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
  { name: 'twisted.test.test_tcp.LoopbackTests', passing: 7 },
  { name: 'twisted.test.test_tcp.CallBackOrderTests', passing: 1 },
  { name: 'twisted.test.test_postfix', passing: 4 },
  { name: 'twisted.test.test_ftp', passing: 171 },
  { name: 'twisted.mail.test.test_pop3', passing: 126 },
  { name: 'twisted.words.test.test_irc', passing: 171 },
  { name: 'twisted.conch.test.test_telnet', passing: 49 },
  {
    name: 'twisted.test.test_sip',
    passing: 44,
    except: {
      'MessageParsingTests.testGarbage': 'its messages are text, which ours refuses',
      'MessageParsingTests.testThreeInOne': 'its messages are text, which ours refuses',
    },
  },
  { name: 'twisted.web.test.test_newclient', passing: 133 },
  { name: 'twisted.test.test_amp', passing: 139 },
  { name: 'twisted.test.test_protocols', passing: 7 },
  { name: 'twisted.test.test_memcache', passing: 66 },
  { name: 'twisted.web.test.test_webclient', passing: 45 },
  {
    name: 'twisted.web.test.test_http',
    passing: 230,
    except: {
      'GenericHTTPChannelTests.test_genericHTTPChannelCallLaterUpgrade': SKIPPED,
      'GenericHTTPChannelTests.test_h2CancelsH11Timeout': SKIPPED,
      'GenericHTTPChannelTests.test_http2_present': SKIPPED,
      'GenericHTTPChannelTests.test_unregistersProducer': SKIPPED,
      'HTTP0_9Tests.test_noPipelining': SKIPPED,
      'QueryArgumentsTests.testParseqs': SKIPPED,
    },
  },
  {
    name: 'twisted.mail.test.test_smtp',
    passing: 65,
    except: {
      'SendmailTests.test_defaultReactorIsGlobalReactor': 'fails with this Python, without us too',
      'TimeoutTests.test_ESMTPClient': 'its protocol has a __setattr__, which the line cannot see',
    },
  },
  {
    name: 'twisted.mail.test.test_imap',
    passing: 344,
    except: {
      'NewFetchTests.test_fetchInternalDateLocaleIndependent': SKIPPED,
      'UnsolicitedResponseTests.testFlagChange': NOTHING_AFTER_CLOSE,
      'UnsolicitedResponseTests.testNewMessagesAndRecent': NOTHING_AFTER_CLOSE,
    },
  },
  { name: 'twisted.protocols.test.test_tls.NonStreamingProducerTests', passing: 8 },
  {
    name: 'twisted.protocols.test.test_tls.TLSProducerTests',
    passing: 15,
    except: {
      test_producerDuringRenegotiation: 'fails with this OpenSSL, without us too',
    },
  },
  { name: 'twisted.protocols.test.test_tls.TLSMemoryBIOFactoryTests', passing: 3 },
  { name: 'twisted.protocols.haproxy.test.test_wrapper', passing: 14 },
  { name: 'twisted.positioning.test.test_nmea', passing: 66 },
  { name: 'twisted.test.test_socks', passing: 13 },
  { name: 'twisted.mail.test.test_pop3client', passing: 39 },
  { name: 'twisted.words.test.test_irc_service', passing: 16 },
  { name: 'twisted.words.test.test_jabbercomponent', passing: 19 },
  { name: 'twisted.words.test.test_jabberxmlstream', passing: 82 },
  { name: 'twisted.web.test.test_web', passing: 96 },
  { name: 'twisted.web.test.test_proxy', passing: 20 },
  { name: 'twisted.web.test.test_distrib', passing: 17 },
  { name: 'twisted.conch.test.test_insults', passing: 70 },
  { name: 'twisted.conch.test.test_session', passing: 53 },
  { name: 'twisted.conch.test.test_channel', passing: 14 },
  { name: 'twisted.conch.test.test_userauth', passing: 32 },
  { name: 'twisted.spread.test.test_pb', passing: 46 },
  { name: 'twisted.names.test.test_names', passing: 68 },
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
  {
    name: 'twisted.test.test_ssl',
    passing: 14,
    except: {
      'StolenTCPTests.test_properlyCloseFiles': 'fails with this OpenSSL, without us too',
    },
  },
  { name: 'twisted.internet.test.test_newtls.ProducerTestsMixin_EPollReactorTests', passing: 4 },
  {
    name: 'twisted.internet.test.test_tls.StartTLSClientTestsMixin_EPollReactorTests',
    passing: 3,
  },
  { name: 'twisted.internet.test.test_tls.AbortSSLConnectionTests_EPollReactorTests', passing: 11 },
  { name: 'twisted.internet.test.test_unix.UNIXTestsBuilder_EPollReactorTests', passing: 16 },
  { name: 'twisted.internet.test.test_process.ProcessTestsBuilder_EPollReactorTests', passing: 21 },
];

describeWithTwisted(
  'Twisted’s own tests, unmodified, with our classes in place of Twisted’s',
  () => {
    specify(OWN_TESTS);
  },
);

describeWithTwisted('Twisted’s own TCP tests, with our FileDescriptor below its transports', () => {
  specify(OVER_TCP, '--over-tcp');
});
