import { expect } from 'chai';

import { CancelledError } from '../../../lib/index.js';

describe('CancelledError', () => {
  it('needs no arguments, as in Twisted, and then says what it means', () => {
    const error = new CancelledError();

    expect(error).to.include({ name: 'CancelledError', code: 'ABORT_ERR' });
    expect(error.message).to.equal('The operation was cancelled.');
  });

  it('keeps the message and the cause that it is given', () => {
    const cause = new Error('enough');

    expect(new CancelledError('No download', { cause })).to.include({
      message: 'No download',
      cause,
    });
  });
});
