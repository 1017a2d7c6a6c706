/** The factory of a port. */
import type { IProtocolFactory } from '../../twisted/core/index.js';

/** Starts and stops the factory that a port has by then: another may take its place. */
export class PortFactory {
  constructor(public factory: IProtocolFactory) {}

  /** The port listens. */
  doStart(): void {
    return this.factory.doStart();
  }

  /** The port has stopped. */
  doStop(): void {
    return this.factory.doStop();
  }
}
