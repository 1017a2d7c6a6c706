/** Child processes and their pipes. */
export type { ChildFDs } from './child-fds.js';
export { ProcessDone, ProcessExitedAlready, ProcessTerminated } from './process-errors.js';
export type { IProcessProtocol, IProcessTransport, ProcessSignal } from './process-interfaces.js';
export { ProcessProtocol } from './process-protocol.js';
export type { ProcessTransport } from './process-transport.js';
export { type SpawnOptions, spawnProcess } from './spawn-process.js';
