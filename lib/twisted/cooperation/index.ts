/**
 * Work that is divided into small steps, so that the event loop can do other work in between; and
 * work that is done at a set time.
 */
export { CooperativeTask, type TaskOwner } from './cooperative-task.js';
export {
  coiterate,
  cooperate,
  Cooperator,
  type CooperatorOptions,
  type ICancellable,
} from './cooperator.js';
export { deferLater, type DeferLaterOptions } from './defer-later.js';
export { DelayedCall } from './delayed-call.js';
export { AlreadyCalled, AlreadyCancelled } from './delayed-call-errors.js';
export { heedClock } from './heed-clock.js';
export { LoopingCall } from './looping-call.js';
export { reactor } from './reactor.js';
export type { IDelayedCall, IReactorTime } from './reactor-time.js';
export * from './scheduler-errors.js';
export type { Work, WorkOf, WorkSource } from './work.js';
