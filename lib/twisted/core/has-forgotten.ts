/** How a consumer tells that memory of which it was given bytes may be used again. */

/**
 * A method of a consumer. It returns whether neither the consumer, nor any code to which it has passed
 * the bytes, uses any bytes that were written to it.
 */
export const hasForgotten: unique symbol = Symbol('hasForgotten');

/** A consumer that may have that method. */
export interface MayForget {
  readonly [hasForgotten]?: () => boolean;
}
