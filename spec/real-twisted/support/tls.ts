/** Twisted's TLS, where it has what that needs. */
import { spawnSync } from 'node:child_process';

import { describeWithTwisted, PYTHON } from './twisted.js';

const twistedHasTLS =
  spawnSync(PYTHON, ['-c', 'import OpenSSL, service_identity; from twisted.internet import ssl'])
    .status === 0;

/** `describe`, or loudly skipped where Twisted is absent, or what its TLS needs. */
export const describeWithTLS: typeof describeWithTwisted = twistedHasTLS
  ? describeWithTwisted
  : (title, specs) =>
      describe.skip(
        `${title} (SKIPPED: needs apt-get install python3-openssl python3-service-identity)`,
        specs,
      );
