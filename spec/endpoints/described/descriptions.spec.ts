import { mkdirSync } from 'node:fs';
import type { ConnectionOptions, PeerCertificate } from 'node:tls';

import { expect } from 'chai';

import {
  type ClientEndpointOptions,
  clientFromString,
  connectProtocol,
  type DuplexTransport,
  Factory,
  type ListeningPort,
  type ListenOptions,
  Protocol,
  quoteStringArgument,
  ServerEndpoint,
  serverFromString,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { Caller, Echo, portOf } from '../../support/connections.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

describe('clientFromString', () => {
  it('takes a host and a port, with or without their names', () => {
    for (const description of [
      'tcp:example.com:80',
      'tcp:host=example.com:port=80',
      'tcp:host=example.com:80',
      'tcp:example.com:port=80',
    ]) {
      const { options } = clientFromString(description);
      expect(options).to.include({ host: 'example.com', port: 80 });
    }
  });

  it('takes an argument without a name, not one with the same name', () => {
    const { options } = clientFromString('tcp:host=a:b:80');
    expect(options).to.include({ host: 'b', port: 80 });
  });

  it('takes a path, with a backslash before each character that would end it', () => {
    const { options } = clientFromString('unix:a\\:b\\\\c\\=d:timeout=9:lockfile=1');
    expect(options).to.deep.include({ path: 'a:b\\c=d', timeout: 9, lockfile: true });
  });

  it('asks for the name of a host as it is looked up', () => {
    const { options } = clientFromString('tls:bücher.example:443');
    expect(options.host).to.equal('xn--bcher-kva.example');
    expect(options.tls).to.include({ servername: 'xn--bcher-kva.example' });
  });

  it('leaves a host of ASCII as it is, also one that looks like an address', () => {
    for (const host of ['Example.COM', '127.1']) {
      const { options } = clientFromString(`tls:${host}:443`);
      expect(options.host).to.equal(host);
      expect(options.tls).to.include({ servername: host });
    }
  });

  it('does not read a key without a certificate', () => {
    expect(clientFromString('tls:a:1:privateKey=/nowhere').options.tls).not.to.have.property('key');
  });

  it('tells a TLS server of no address where a name is due', () => {
    expect(clientFromString('tls:127.0.0.1:443').options.tls).to.include({ servername: '' });
  });

  it('verifies nothing over ssl: unless it is told to, as in Twisted', () => {
    const verifies = (description: string) =>
      (clientFromString(description).options.tls as { rejectUnauthorized?: boolean })
        .rejectUnauthorized !== false;
    expect(verifies('ssl:example.com:443')).to.equal(false);
    expect(verifies('ssl:example.com:443:hostname=example.com')).to.equal(true);
    expect(verifies('ssl:example.com:443:caCertsDir=.')).to.equal(true);
    expect(verifies('tls:example.com:443')).to.equal(true);
  });

  it('takes a certificate for any name over ssl: with caCertsDir alone, as in Twisted', () => {
    const { tls } = clientFromString('ssl:example.com:443:caCertsDir=.').options;
    const { checkServerIdentity } = tls as Pick<ConnectionOptions, 'checkServerIdentity'>;
    expect(checkServerIdentity?.('example.com', {} as PeerCertificate)).to.equal(undefined);
    expect(checkServerIdentity).to.be.a('function');
  });

  it('speaks TLS over the connection of another description', () => {
    const over = (endpoint: string): Readonly<ClientEndpointOptions> =>
      clientFromString(`tls:example.com:443:endpoint=${quoteStringArgument(endpoint)}`).options;
    expect(over(`unix:${quoteStringArgument('/a:b')}`)).to.include({ path: '/a:b' });
    expect(over('tcp:10.0.0.1:8443')).to.include({ host: '10.0.0.1', port: 8443 });
    expect(over('tcp:10.0.0.1:8443').tls).to.include({ servername: 'example.com' });
  });

  for (const [description, code] of [
    ['', 'ERR_INVALID_ARG_VALUE'],
    ['=:80', 'ERR_INVALID_ARG_VALUE'],
    ['host=example.com', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:port=80', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:0o17', 'ERR_INVALID_ARG_VALUE'],
    ['unix:/a\\', 'ERR_INVALID_ARG_VALUE'],
    ['ftl:andromeda', 'ERR_INVALID_ARG_VALUE'],
    ['stdio:', 'ERR_INVALID_ARG_VALUE'],
    ['constructor:', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:http', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:80:more', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:80:colour=red', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:80\\', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:example.com:65536', 'ERR_OUT_OF_RANGE'],
    ['tcp:example.com:80:timeout=0', 'ERR_OUT_OF_RANGE'],
    ['tcp:example.com:80:bindAddress=here', 'ERR_INVALID_ARG_TYPE'],
    ['tls::443', 'ERR_INVALID_ARG_VALUE'],
    ['tls:a:1:host=b', 'ERR_INVALID_ARG_VALUE'],
    ['tls:a:1:trustRoots=/nowhere', 'ENOENT'],
    ['tls:a:1:endpoint=tls\\:b\\:2', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'],
    [80, 'ERR_INVALID_ARG_TYPE'],
  ] as const) {
    it(`refuses ${JSON.stringify(description)}`, () => {
      const wrong = () => clientFromString(description as string);
      expect(wrong).to.throw().with.property('code', code);
    });
  }

  it('says how many arguments may be without a name, and which types there are', () => {
    expect(() => clientFromString('tcp:a:80:more')).to.throw('takes at most 2 arguments');
    expect(() => clientFromString('ftl:andromeda'))
      .to.throw("Unknown endpoint type: 'ftl'")
      .with.nested.property('cause.message')
      .that.includes("'tcp:', 'ssl:', 'unix:', 'tls:'");
  });
});

describe('serverFromString', () => {
  it('listens at all addresses of IPv4 unless told otherwise', () => {
    expect(serverFromString('tcp:80').options).to.deep.include({
      ...{ port: 80, host: '0.0.0.0', backlog: 50 },
    });
    const { options } = serverFromString('tcp:80:interface=\\:\\:1:backlog=6');
    expect(options).to.deep.include({ host: '::1', backlog: 6 });
    expect(serverFromString('tcp6:80').options).to.deep.include({ host: '::' });
  });

  it('locks a Unix socket, and opens it to all, unless told otherwise', () => {
    expect(serverFromString('unix:/a').options).to.deep.include({
      ...{ path: '/a', mode: 0o666, backlog: 50, lockfile: true },
    });
    const { options } = serverFromString('unix:/a:mode=0660:lockfile=0');
    expect(options).to.include({ mode: 0o660, lockfile: false });
    for (const mode of ['0o660', '+0O_6_60']) {
      expect(serverFromString(`unix:/a:mode=${mode}`).options).to.include({ mode: 0o660 });
    }
  });

  it('knows standard input and output', () => {
    expect(serverFromString('stdio:').options).to.deep.equal({ stdio: {} });
  });

  for (const [description, code] of [
    ['ftl:andromeda', 'ERR_INVALID_ARG_VALUE'],
    ['TCP:80', 'ERR_INVALID_ARG_VALUE'],
    ['tls:443', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:80:port=81', 'ERR_INVALID_ARG_VALUE'],
    ['tcp:80:127.0.0.1:50:more', 'ERR_INVALID_ARG_VALUE'],
    ['port=80', 'ERR_INVALID_ARG_VALUE'],
    ['unix:', 'ERR_INVALID_ARG_TYPE'],
    ['unix:/a:mode=8', 'ERR_INVALID_ARG_VALUE'],
    ['systemd:domain=INET:index=0', 'ERR_INVALID_ARG_VALUE'],
    ['haproxy:tcp\\:80', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'],
    ['ssl:443:privateKey=/nowhere', 'ENOENT'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ] as const) {
    it(`refuses ${JSON.stringify(description)}`, () => {
      const wrong = () => serverFromString(description as string);
      expect(wrong).to.throw().with.property('code', code);
    });
  }
});

describe('serverFromString says', () => {
  it('which types there are', () => {
    expect(() => serverFromString('ftl:andromeda'))
      .to.throw()
      .with.nested.property('cause.message')
      .that.includes("'tcp:', 'unix:', 'ssl:', 'tcp6:', 'stdio:', 'systemd:'");
  });

  it('which numbers are octal', () => {
    expect(() => serverFromString('unix:/a:mode=8')).to.throw('a whole number, octal.');
    expect(() => serverFromString('tcp:x')).to.throw('a whole number. Received');
  });
});

describe('Descriptions of TLS', () => {
  const folder = temporaryFolder();
  let pem: string;
  let authorities: string;
  let secure: ListeningPort;

  before(async () => {
    const { key, cert } = certificate();
    pem = quoteStringArgument(folder.write('server.pem', `${String(key)}${String(cert)}`));
    folder.write('rubbish.pem', 'no certificate');
    folder.write('twice.PEM', cert);
    authorities = quoteStringArgument(folder.path('.'));
    const server = serverFromString(`ssl:0:interface=127.0.0.1:privateKey=${pem}`);
    secure = await server.listen(Factory.forProtocol(Echo));
  });
  after(() => secure.stopListening());

  /** Talks to the server, and says how that ended. */
  async function talk(description: string): Promise<string> {
    class Telling extends Caller {
      ended: string | undefined;
      override connectionLost({ cause }: Error): void {
        this.ended = this.answer || String((cause as { code?: string } | undefined)?.code);
      }
    }
    const telling = new Telling();
    await connectProtocol(clientFromString(description), telling);
    await until(() => telling.ended !== undefined);
    return telling.ended as string;
  }

  it('read a key and a certificate of one file', async () => {
    expect(await talk(`ssl:127.0.0.1:${portOf(secure)}`)).to.equal('hello');
  });

  it('verify the identity of the server', async () => {
    const port = portOf(secure);
    const roots = `trustRoots=${authorities}`;
    expect(await talk(`tls:localhost:${port}:${roots}`)).to.equal('hello');
    expect(await talk(`tls:127.0.0.1:${port}:${roots}`)).to.equal('hello');
    expect(await talk(`tls:localhost:${port}`)).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
    const other = `tls:example.com:1:${roots}:endpoint=tcp\\:127.0.0.1\\:${port}`;
    expect(await talk(other)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    const ssl = `ssl:127.0.0.1:${port}:caCertsDir=${authorities}`;
    expect(await talk(ssl)).to.equal('hello');
    expect(await talk(`${ssl}:hostname=localhost`)).to.equal('hello');
    expect(await talk(`${ssl}:hostname=example.com`)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    // An address is no name to tell the server, but the certificate must be for it all the same.
    expect(await talk(`${ssl}:hostname=192.0.2.1`)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    const address = `tls:192.0.2.1:1:${roots}:endpoint=tcp\\:127.0.0.1\\:${port}`;
    expect(await talk(address)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('take each authority of a folder once, and pass over files that are not certificates', () => {
    const { tls } = clientFromString(`tls:a:1:trustRoots=${authorities}`).options;
    expect((tls as { ca: string[] }).ca).to.have.lengthOf(1);
  });

  it('take no authority of a file that is not called *.pem', () => {
    mkdirSync(folder.path('others'));
    const found = (): string[] => {
      const roots = quoteStringArgument(folder.path('others'));
      const { tls } = clientFromString(`tls:a:1:trustRoots=${roots}`).options;
      return (tls as { ca: string[] }).ca;
    };
    for (const name of ['a.crt', 'a.pem.old', 'a_pem']) {
      folder.write(`others/${name}`, certificate().cert);
    }
    expect(found()).to.deep.equal([]);
    folder.write('others/pem', certificate().cert);
    expect(found()).to.have.lengthOf(1);
  });

  it('send a certificate as it is in its file, and the parameters that they name', () => {
    const parameters = folder.write('parameters', 'parameters');
    const named = `dhParameters=${quoteStringArgument(parameters)}`;
    const { options } = serverFromString(`ssl:0:privateKey=${pem}:${named}`);
    const { key, cert } = certificate();
    const { tls } = options as ListenOptions;
    expect(tls?.cert).to.equal(`${String(key)}${String(cert)}`);
    expect(String(tls?.dhparam)).to.equal('parameters');
  });

  it('show a certificate to the server', async () => {
    const shown: unknown[] = [];
    class Asking extends Protocol<DuplexTransport> {
      handshakeCompleted(): void {
        shown.push(this.transport.getPeerCertificate()?.subject.CN);
        this.transport.loseConnection();
      }
    }
    const { options } = serverFromString(`ssl:0:interface=127.0.0.1:privateKey=${pem}`);
    const { tls, ...where } = options as ListenOptions;
    const asking = new ServerEndpoint({
      ...where,
      tls: { ...tls, requestCert: true, ca: certificate().cert },
    });
    const port = await asking.listen(Factory.forProtocol(Asking));
    const { key, cert } = certificate();
    const certOnly = quoteStringArgument(folder.write('cert.only', cert));
    const keyOnly = quoteStringArgument(folder.write('key.only', key));
    const at = `localhost:${portOf(port)}`;
    const apart = `${certOnly}:privateKey=${keyOnly}`;
    const descriptions = [pem, apart].flatMap((own) => [
      `tls:${at}:trustRoots=${authorities}:certificate=${own}`,
      `ssl:${at}:certKey=${own}`,
    ]);
    for (const [index, description] of descriptions.entries()) {
      await connectProtocol(clientFromString(description), new Caller());
      await until(() => shown.length > index);
    }
    expect(shown).to.deep.equal(descriptions.map(() => 'localhost'));
    await port.stopListening();
  });

  it('name the versions to speak, and refuse those that Node does not', () => {
    const server = (method: string) =>
      serverFromString(`ssl:0:privateKey=${pem}:sslmethod=${method}`).options as ListenOptions;
    expect(server('TLSv1_2_METHOD').tls).to.include({
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
    });
    expect(server('SSLv23_METHOD').tls).not.to.have.property('minVersion');
    const unavailable = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    for (const method of ['SSLv2_METHOD', 'SSLv3_METHOD']) {
      expect(() => server(method))
        .to.throw()
        .with.property('code', unavailable);
    }
    expect(() => server('toString'))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_VALUE');
  });

  it('add the certificates of a chain, in order, and refuse a file without any', () => {
    const { cert } = certificate();
    const chain = folder.write('chain', `${String(cert)}and\n${String(cert)}`);
    const server = (path: string) =>
      serverFromString(`ssl:0:privateKey=${pem}:extraCertChain=${quoteStringArgument(path)}`);
    const { tls } = server(chain).options as ListenOptions;
    expect(String(tls?.cert).match(/BEGIN CERTIFICATE/g)).to.have.lengthOf(3);
    expect(() => server(folder.write('empty', '')))
      .to.throw(/doesn't contain any valid certificates/)
      .with.property('code', 'ERR_INVALID_ARG_VALUE');
  });
});

describe('quoteStringArgument', () => {
  it('escapes the characters that would take its argument apart', () => {
    const path = 'C:\\a=b:c';
    expect(quoteStringArgument(path)).to.equal('C\\:\\\\a=b\\:c');
    expect(clientFromString(`unix:path=${quoteStringArgument(path)}`).options.path).to.equal(path);
  });

  it('refuses a value that is not a string', () => {
    expect(() => quoteStringArgument(5 as never))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });
});
