import { pushThroughTransport } from '../push-through-transport.js';
import { send } from '../sending.js';

await send(pushThroughTransport);
