import { expect } from 'chai';

import type { AddressTuple } from '../../../lib/twisted/shaping/address-key.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { FilterByServer } from '../../../lib/twisted/shaping/filter-by-server.js';
import type { IAddress } from '../../../lib/twisted/core/interfaces.js';

const tcp = (host: string, port: number): IAddress => ({ type: 'TCP', family: 'IPv4', host, port });
const at = (address: IAddress | AddressTuple) => ({
  getPeer: () => tcp('10.0.0.1', 9),
  getHost: () => address,
});

describe('FilterByServer', () => {
  it('has a bucket for each port, the same for all hosts', () => {
    const filter = new FilterByServer();
    const bucket = filter.getBucketFor(at(tcp('127.0.0.1', 80)));
    expect(filter.getBucketFor(at(tcp('10.0.0.1', 80)))).to.equal(bucket);
    expect(filter.getBucketFor(at(['TCP', '10.0.0.1', 80]))).to.equal(bucket);
    expect(filter.getBucketFor(at(tcp('127.0.0.1', 81)))).not.to.equal(bucket);
  });

  it('has a bucket for each name of a Unix socket, one for Unix sockets without a name, one for pipes', () => {
    const filter = new FilterByServer();
    for (const address of [
      { type: 'UNIX', name: '/a' },
      ['UNIX', '/a'],
      { type: 'UNIX', name: null },
      { type: 'PIPE' },
    ] as const) {
      filter.getBucketFor(at(address));
    }
    expect([...filter.buckets.keys()]).to.deep.equal(['/a', 'UNIX', 'PIPE']);
  });

  it('never sweeps by itself', () => {
    expect(new FilterByServer().sweepInterval).to.equal(null);
  });

  it('refuses a value that is not an address', () => {
    const filter = new FilterByServer();
    expect(() => filter.getBucketFor(at(undefined as unknown as IAddress))).to.throw(
      InvalidArgTypeError,
      'getHost()',
    );
    expect(() => filter.getBucketFor({} as never)).to.throw(InvalidArgTypeError, 'getHost()');
  });
});
