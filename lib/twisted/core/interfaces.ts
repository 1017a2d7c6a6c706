/**
 * The contracts of producers, consumers, transports and protocols, and the guards that tell them
 * apart at run time. Nothing here has state.
 *
 * Unless a method says otherwise, it may be called from inside any other (a consumer's `write` from
 * a producer's `resumeProducing`, `loseConnection` from `pauseProducing`, and so on), and its
 * caller has put its own state right before it calls.
 */
export * from './descriptor-interfaces.js';
export * from './producer-interfaces.js';
export * from './protocol-interfaces.js';
export * from './transport-interfaces.js';
