import { pushThroughTransport } from '../push-through-transport.js';
import { sendLengths } from './lengths.js';

await sendLengths(pushThroughTransport);
