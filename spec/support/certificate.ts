/** Certificates for TLS specs, each made once. */
import { generate, type CertificateField } from 'selfsigned';

/** The options of `node:tls` for an end that shows its certificate. */
export interface Certificate {
  key: Buffer;
  cert: Buffer;
}

const DAY = 86_400_000;

/**
 * Makes a certificate.
 *
 * @param name - Whose it is.
 * @param days - How long it is still valid; less than 0, how long ago it has expired.
 * @param issuer - Signs it; it signs itself if left out.
 */
export async function makeCertificate(
  name: string,
  { days = 2, issuer }: { days?: number; issuer?: Certificate } = {},
): Promise<Certificate> {
  const subject: CertificateField[] = [{ name: 'commonName', value: name }];
  const made = await generate(subject, {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 9 * DAY),
    notAfterDate: new Date(Date.now() + days * DAY),
    ...(issuer && { ca: { key: String(issuer.key), cert: String(issuer.cert) } }),
    extensions: [
      { name: 'basicConstraints', cA: issuer === undefined, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: Buffer.from(made.private), cert: Buffer.from(made.cert) };
}

const localhost = await makeCertificate('localhost');

/** A key and a certificate for `localhost` and `127.0.0.1`, which has signed itself. */
export function certificate(): Certificate {
  return localhost;
}
