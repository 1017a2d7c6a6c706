import { pushRaw } from '../push-raw.js';
import { send } from '../sending.js';

await send(pushRaw);
