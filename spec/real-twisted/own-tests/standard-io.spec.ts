/** Twisted's own tests of standard input and output, with our `StandardIO` in their children too. */
import { describeWithTwisted } from '../support/twisted.js';
import { type OwnTests, specify } from './own-tests.js';

const NO_READERS = 'looks for a reader and a writer; ours has streams';

const STANDARD_IO: OwnTests[] = [
  { name: 'twisted.test.test_stdio', passing: 9 },
  {
    name: 'twisted.internet.test.test_stdio.StdioFilesTests_EPollReactorTests',
    passing: 2,
    except: {
      test_getReaders: NO_READERS,
      test_getWriters: NO_READERS,
      test_removeAll: NO_READERS,
      test_removeReader: NO_READERS,
      test_removeWriter: NO_READERS,
    },
  },
];

describeWithTwisted('Twisted’s own tests of standard input and output, over Node’s', () => {
  specify(STANDARD_IO, '--standard-io');
});
