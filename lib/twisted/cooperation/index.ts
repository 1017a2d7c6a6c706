/** Work that is divided into small steps, so that the event loop can serve others in between. */
export { CooperativeTask } from './cooperative-task.js';
export {
  coiterate,
  cooperate,
  Cooperator,
  type CooperatorOptions,
  type ICancellable,
} from './cooperator.js';
export * from './scheduler-errors.js';
export type { Work, WorkOf, WorkSource } from './work.js';
