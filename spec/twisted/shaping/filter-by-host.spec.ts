import { expect } from 'chai';

import type { AddressTuple } from '../../../lib/twisted/shaping/address-key.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { FilterByHost } from '../../../lib/twisted/shaping/filter-by-host.js';
import { FilterByServer } from '../../../lib/twisted/shaping/filter-by-server.js';
import type { IAddress } from '../../../lib/twisted/core/interfaces.js';

const from = (address: IAddress | AddressTuple) => ({
  getPeer: () => address,
  getHost: () => tcp('127.0.0.1', 80),
});
const tcp = (host: string, port: number): IAddress => ({ type: 'TCP', family: 'IPv4', host, port });

describe('FilterByHost', () => {
  it('has a bucket for each host, the same for all its ports', () => {
    const filter = new FilterByHost();
    const bucket = filter.getBucketFor(from(tcp('10.0.0.1', 1)));
    expect(filter.getBucketFor(from(tcp('10.0.0.1', 2)))).to.equal(bucket);
    expect(filter.getBucketFor(from(tcp('10.0.0.2', 1)))).not.to.equal(bucket);
  });

  it('takes addresses of older code, too', () => {
    const filter = new FilterByHost();
    expect(filter.getBucketFor(from(['TCP', '10.0.0.1', 1]))).to.equal(
      filter.getBucketFor(from(tcp('10.0.0.1', 1))),
    );
  });

  it('has a bucket for each name of a Unix socket, one for Unix sockets without a name, one for pipes', () => {
    const filter = new FilterByHost();
    for (const address of [
      { type: 'UNIX', name: '/a' },
      { type: 'UNIX', name: '/b' },
      { type: 'UNIX', name: null },
      { type: 'UNIX', name: null },
      { type: 'PIPE' },
    ] as const) {
      filter.getBucketFor(from(address));
    }
    expect([...filter.buckets.keys()]).to.deep.equal(['/a', '/b', 'UNIX', 'PIPE']);
  });

  it('sweeps every twenty minutes', () => {
    expect(new FilterByHost().sweepInterval).to.equal(1200);
  });

  it('may be below a filter by server: each limits the other', () => {
    const servers = new FilterByServer();
    const hosts = new FilterByHost(servers);
    const connection = (peer: string, port: number) => ({
      getPeer: () => tcp(peer, 9),
      getHost: () => tcp('127.0.0.1', port),
    });
    const one = hosts.getBucketFor(connection('10.0.0.1', 80));
    const two = hosts.getBucketFor(connection('10.0.0.2', 80));
    expect(one).not.to.equal(two);
    expect([...servers.buckets.keys()]).to.deep.equal([80]);
    expect(one.parentBucket).to.equal(servers.buckets.get(80));
    expect(two.parentBucket).to.equal(servers.buckets.get(80));
  });

  it('refuses a value that is not an address', () => {
    const filter = new FilterByHost();
    expect(() => filter.getBucketFor(from(null as unknown as IAddress))).to.throw(
      InvalidArgTypeError,
      'getPeer()',
    );
    expect(() => filter.getBucketFor({} as never)).to.throw(InvalidArgTypeError, 'getPeer()');
  });
});
