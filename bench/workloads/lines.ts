import type { Workload } from '../harness/workload.js';
import { lineReceivers } from '../support/lines.js';

export default lineReceivers('LineReceiver, 64-byte lines', 'line', false) satisfies Workload;
