/** Bodies of HTTP messages, for protocols that were written for Twisted's web client. */
export { deliverBody } from './deliver-body.js';
export { PotentialDataLoss, ResponseDone, ResponseFailed } from './errors.js';
