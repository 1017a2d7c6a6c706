/** Twisted's own tests of TLS, from the start and by `startTLS`, over Node's sockets. */
import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const SSL = 'twisted.test.test_ssl';
const TLS = 'twisted.internet.test.test_tls';

const NO_LOG = 'ours logs errors only';
const KEPT = 'what crossed the line stays known at both ends';
const NOT_ASKED_AGAIN = 'ours asks a pull producer that has not answered no second time';
const CUT_LOOKS_CLEAN = 'Node tells a cut from a close_notify by nothing';
const LOST_AT_ONCE = 'ours tells of a close before the other end has answered it, as over TCP';

const SECURE: OwnTests[] = [
  { name: `${SSL}.TLSTests`, passing: 3 },
  { name: `${SSL}.SpammyTLSTests`, passing: 3 },
  { name: `${SSL}.BufferingTests`, passing: 1 },
  {
    name: `${SSL}.ConnectionLostTests`,
    passing: 2,
    except: { testFailedVerify: 'a function of Python that verifies cannot be passed on' },
  },
  {
    name: `${TLS}.SSLClientTestsMixin_EPollReactorTests`,
    passing: 3,
    except: { test_logPrefix: NO_LOG, test_protocolGarbageAfterLostConnection: KEPT },
  },
  {
    name: `${TLS}.StartTLSClientTestsMixin_EPollReactorTests`,
    passing: 1,
    except: { test_logPrefix: NO_LOG, test_protocolGarbageAfterLostConnection: KEPT },
  },
  {
    name: `${TLS}.TLSPortTestsBuilder_EPollReactorTests`,
    passing: 1,
    except: {
      test_closePeerOnEMFILE: 'looks for the descriptor in the Python process',
      test_connectionLostLogMsg: NO_LOG,
      test_startedListeningLogMessage: NO_LOG,
    },
  },
  {
    name: `${TLS}.AbortSSLConnectionTests_EPollReactorTests`,
    passing: 6,
    except: {
      test_resumeProducingAbort: NOT_ASKED_AGAIN,
      test_resumeProducingAbortLater: NOT_ASKED_AGAIN,
      test_resumeProducingThrows: NOT_ASKED_AGAIN,
      test_serverAbortsConnectionThenLosesConnection: CUT_LOOKS_CLEAN,
      test_serverAbortsConnectionTwice: CUT_LOOKS_CLEAN,
    },
  },
  { name: 'twisted.test.test_amp', passing: 139 },
  {
    name: 'twisted.mail.test.test_imap.TLSTests',
    passing: 4,
    except: {
      test_doubleSTARTTLS: LOST_AT_ONCE,
      test_startTLS: LOST_AT_ONCE,
      test_startTLSWithExistingChallengers: LOST_AT_ONCE,
    },
  },
  { name: 'twisted.mail.test.test_smtp.TLSTests', passing: 1 },
];

describeWithTwisted('Twisted’s own tests of TLS, over Node’s', () => {
  specify(SECURE, '--over-sockets');
});
