import { pushRaw } from '../push-raw.js';
import { sendLengths } from './lengths.js';

await sendLengths(pushRaw);
