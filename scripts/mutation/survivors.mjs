/**
 * Mutants that no spec can kill, because nobody could tell them from the code that is right, or that
 * none should. Each is the first line of the code, the same with the mutant, and why it lives.
 */
const SHORTCUT = 'only a shorter way: the long one comes to the same';
const CLOCK = 'only how often the clock is read';

const TYPES = 'only for the types: the value is never missing there';

const SURVIVORS = {
  'lib/twisted/core/chain.ts': [
    ['for (let depth = 0;', 'for (let depth = 0; depth <= DEEPEST', 'one wrapper more or less'],
  ],
  'lib/twisted/core/early-use.ts': [['if (member === undefined ||', 'if (false ||', TYPES]],
  'lib/twisted/core/explain.ts': [
    ['...(producer !== undefined &&', '...(true &&', 'a field that is undefined is one left out'],
  ],
  'lib/twisted/core/file-descriptor.ts': [
    [
      'protected closeWriteConnection()',
      'protected closeWriteConnection(): Error | undefined {}',
      'an empty body returns the same',
    ],
    ['return (this.sendBuffer?.size', 'return (this.sendBuffer.size', TYPES],
  ],
  'lib/twisted/core/heed.ts': [
    ['if (returned === undefined) return;', 'if (false) return;', SHORTCUT],
    ['able[callbackRejected]?.(', 'able[callbackRejected](', TYPES],
    ['else transport?.loseConnection?.()', 'else transport?.loseConnection()', TYPES],
  ],
  'lib/twisted/core/send-buffer.ts': [['return this.sent === 0 ?', 'return false ?', SHORTCUT]],
  'lib/twisted/core/unable-to-unregister.ts': [
    [
      'return outermost === original',
      'return outermost === original && Boolean(outermost.disconnecting)',
      TYPES,
    ],
  ],
  'lib/streams/as-streams/consumer-gate.ts': [
    ['if (latch.isFree) {', 'if (false) {', SHORTCUT],
    ['if (returned !== undefined) whenRejected(', 'if (true) whenRejected(', SHORTCUT],
    ['if (--this.unitsLeft <= 0 &&', 'if (--this.unitsLeft < 0 &&', CLOCK],
    ['if (--this.unitsLeft <= 0 &&', 'if (true &&', CLOCK],
  ],
  'lib/streams/transports/stream-input.ts': [
    [
      'private paused = false;',
      'private paused = true;',
      'set when it is opened, before it is read',
    ],
    ['if (entries?.at(-1)?.is', 'if (entries?.at(-1).is', TYPES],
    [
      "if (this.wish === 'nothing' && !this.paused)",
      'if (true && !this.paused)',
      'with chunks buffered the stream is paused',
    ],
    ["else if (this.held?.peek()?.is === 'end' &&", 'else if (this.held?.peek().is', TYPES],
    ["else if (this.held?.peek()?.is === 'end' &&", 'else if (this.held.peek()?.is', TYPES],
    ["if (this.held.peek()?.is === 'end' &&", 'if (this.held.peek().is', TYPES],
    ['if (unitsLeft === 0 &&', 'if (unitsLeft !== 0 &&', CLOCK],
    [
      'this.scheduled = true;',
      'this.scheduled = false;',
      'the one that is called a second time finds nothing to do',
    ],
    ['if (this.held?.length === 0)', 'if (this.held.length === 0)', TYPES],
    ["if (entry?.is === 'data')", "if (entry.is === 'data')", TYPES],
    ["else if (entry?.is === 'end')", "else if (entry.is === 'end')", TYPES],
    ["else if (entry?.is === 'close')", 'else if (true)', TYPES],
    ["else if (entry?.is === 'close')", "else if (entry.is === 'close')", TYPES],
  ],
  'lib/streams/transports/stream-writer.ts': [
    ['if (together) stream.cork?.()', 'if (together) stream.cork()', TYPES],
    ['if (together) stream.uncork?.()', 'if (together) stream.uncork()', TYPES],
  ],
};

/** Why the mutant of `file` lives that makes `is` of the line `was`; `undefined` if nobody knows. */
export function reasonToLive(file, was, is) {
  return SURVIVORS[file]?.find(
    ([before, after]) => was.startsWith(before) && is.startsWith(after),
  )?.[2];
}
