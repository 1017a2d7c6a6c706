import type { Workload } from '../harness/workload.js';
import { lineReceivers } from '../support/lines.js';

export default lineReceivers(
  'LineOnlyReceiver, 64-byte lines',
  'line-only',
  true,
) satisfies Workload;
