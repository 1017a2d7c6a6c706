/** A self-signed certificate for TLS specs, made once by OpenSSL. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether OpenSSL's command is on this machine. */
export const hasOpenSSL = spawnSync('openssl', ['version']).status === 0;

/** `describe`, or loudly skipped where OpenSSL is absent. */
export function describeWithOpenSSL(title: string, specs: (this: Mocha.Suite) => void): void {
  if (hasOpenSSL) describe(title, specs);
  else describe.skip(`${title} (SKIPPED: needs openssl, apt-get install openssl)`, specs);
}

let made: { key: Buffer; cert: Buffer } | undefined;

/** A key and a certificate for `localhost` and `127.0.0.1`. */
export function certificate(): { key: Buffer; cert: Buffer } {
  if (made !== undefined) return made;
  const folder = mkdtempSync(join(tmpdir(), 'twisted-streams-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const names = [
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
    ];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync(
      'openssl',
      ['req', '-x509', ...kind, '-keyout', key, '-out', cert, '-days', '2', ...names],
      { stdio: 'pipe' },
    );
    made = { key: readFileSync(key), cert: readFileSync(cert) };
    return made;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
