/**
 * How often a consumer may ask from inside the `write` that answers it, about as deep as Python's
 * stack lets Twisted go. Further calls are answered afterwards, so that the stack does not overflow.
 */
export const DEEPEST = 200;
