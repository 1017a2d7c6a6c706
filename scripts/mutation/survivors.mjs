const SHORTCUT = 'only a shorter way: the long one comes to the same';
const CLOCK = 'only how often the clock is read';
const EARLY = 'set before it is read';
const TYPES = 'only for the types: the value is never missing there';

/**
 * Mutants that no spec can kill, because nobody could tell them from the code that is right: by file, and
 * by the reason why they live. In each row, how the line of code begins, and how it does with each mutant.
 */
export const SURVIVORS = {
  'lib/twisted/core/chain.ts': {
    'the limit only ends a ring of wrappers, sooner or later': [
      ['for (let depth = 0;', 'for (let depth = 0; depth <= DEEPEST'],
    ],
  },
  'lib/twisted/core/early-use.ts': {
    [TYPES]: [['if (member === undefined ||', 'if (false ||']],
  },
  'lib/twisted/core/explain.ts': {
    'a field that is undefined is one left out': [['...(producer !== undefined &&', '...(true &&']],
  },
  'lib/twisted/core/file-descriptor.ts': {
    'an empty body returns the same': [
      [
        'protected closeWriteConnection()',
        'protected closeWriteConnection(): Error | undefined {}',
      ],
    ],
    [TYPES]: [['return (this.sendBuffer?.size', 'return (this.sendBuffer.size']],
  },
  'lib/twisted/core/heed.ts': {
    [SHORTCUT]: [['if (returned === undefined) return;', 'if (false) return;']],
    [TYPES]: [
      ['able[callbackRejected]?.(', 'able[callbackRejected]('],
      ['else transport?.loseConnection?.()', 'else transport?.loseConnection()'],
    ],
  },
  'lib/twisted/core/send-buffer.ts': {
    [SHORTCUT]: [['return this.sent === 0 ?', 'return false ?']],
  },
  'lib/twisted/core/unable-to-unregister.ts': {
    [TYPES]: [
      [
        'return outermost === original',
        'return outermost === original && Boolean(outermost.disconnecting)',
      ],
    ],
  },
  'lib/streams/any-stream/encodings.ts': {
    'no decoder ends with these words, as none ends with nothing': [
      ['const chunks = [];', 'const chunks = ["'],
    ],
    [TYPES]: [['if (encoding === undefined ||', 'if (false ||']],
    'a function that returns nothing says no, too': [['default:', '// Bytes that are not text']],
    'no encoding has these letters further on': [
      ["return typeof encoding === 'string' &&", "return typeof encoding === 'string' && /(utf"],
    ],
    [EARLY]: [['let lost = false', 'let lost = true']],
  },
  'lib/streams/any-stream/release-stream.ts': {
    'to call what is missing is an error, which is caught': [
      ['if (stream.resetAndDestroy === undefined ||', 'if (false ||'],
    ],
  },
  'lib/streams/as-streams/consumer-gate.ts': {
    [SHORTCUT]: [
      ['if (latch.isFree) {', 'if (false) {', 'if (latch.isFree) {}'],
      ['if (returned !== undefined) this.heed(', 'if (true) this.heed('],
    ],
    [CLOCK]: [['if (--this.unitsLeft <= 0)', 'if (--this.unitsLeft < 0)', 'if (true)']],
  },
  'lib/streams/as-streams/producer-readable.ts': {
    'reads on once more, where Node does so by itself': [
      [
        'else if (this.readableEncoding !== null ||',
        'else if (true)',
        'else if (this.readableEncoding !== null || true)',
        'else if (true || (chunk',
      ],
      ['if (this.readableLength === lengthBefore)', 'if (true)'],
    ],
  },
  'lib/streams/as-streams/transport-duplex.ts': {
    [SHORTCUT]: [["if (this.input !== 'paused') return;", 'if (false) return;']],
  },
  'lib/streams/producers/emitter-source.ts': {
    [EARLY]: [['private asIs = false;', 'private asIs = true;']],
  },
  'lib/streams/producers/iterator-source.ts': {
    [EARLY]: [
      ['private flowing = false;', 'private flowing = true;'],
      ['private asIs = false;', 'private asIs = true;'],
    ],
    [TYPES]: [
      ['this.listener?.onError(error);', 'this.listener.onError(error);'],
      ['this.listener?.onChunk(chunk);', 'this.listener.onChunk(chunk);'],
      ['listener?.onEnd();', 'listener.onEnd();'],
    ],
  },
  'lib/streams/producers/transfer.ts': {
    [EARLY]: [['private asIs = false;', 'private asIs = true;']],
    [SHORTCUT]: [['if (returned !== undefined) this.heed(', 'if (true) this.heed(']],
    [CLOCK]: [['if (--this.unitsLeft <= 0 &&', 'if (true &&', 'if (--this.unitsLeft < 0 &&']],
  },
  'lib/streams/transports/stream-input.ts': {
    [EARLY]: [['private paused = false;', 'private paused = true;']],
    [TYPES]: [
      ['if (entries?.at(-1)?.is', 'if (entries?.at(-1).is'],
      [
        "else if (this.held?.peek()?.is === 'end' &&",
        'else if (this.held?.peek().is',
        'else if (this.held.peek()?.is',
      ],
      ["if (this.held.peek()?.is === 'end' &&", 'if (this.held.peek().is'],
      ['if (this.held?.length === 0)', 'if (this.held.length === 0)'],
      ["if (entry?.is === 'data')", "if (entry.is === 'data')"],
      ["else if (entry?.is === 'end')", "else if (entry.is === 'end')"],
      ["else if (entry?.is === 'close')", 'else if (true)', "else if (entry.is === 'close')"],
    ],
    'with chunks buffered the stream is paused': [
      ["if (this.wish === 'nothing' && !this.paused)", 'if (true && !this.paused)'],
    ],
    [CLOCK]: [['if (unitsLeft === 0 &&', 'if (unitsLeft !== 0 &&']],
    'the one that is called a second time finds nothing to do': [
      ['this.scheduled = true;', 'this.scheduled = false;'],
    ],
  },
  'lib/streams/transports/stream-writer.ts': {
    [TYPES]: [
      ['stream.cork?.()', 'stream.cork()'],
      ['stream.uncork?.()', 'stream.uncork()'],
    ],
  },
  'lib/twisted/producers/basic-producer-consumer-proxy.ts': {
    [SHORTCUT]: [['if (iAmStreaming !== this.registeredAsStreaming)', 'if (true)']],
  },
  'lib/twisted/producers/producer-consumer-proxy.ts': {
    'nobody sees how deep': [
      [
        'if (this.handover === null && this.answers < DEEPEST)',
        'if (this.handover === null && this.answers <= DEEPEST)',
      ],
    ],
    'before the first answer there is nothing to answer': [
      ['private askedMeanwhile = false;', 'private askedMeanwhile = true;'],
    ],
    [SHORTCUT]: [
      [
        'return this.askedMeanwhile ||',
        'return this.askedMeanwhile || (this.iAmStreaming && sent > 0 && true);',
        'return this.askedMeanwhile || (this.iAmStreaming && sent > 0 && this.buffer.length >= 0);',
      ],
    ],
  },
  'lib/twisted/producers/file-sender.ts': {
    [SHORTCUT]: [['if (returned !== undefined) whenRejected(', 'if (true) whenRejected(']],
    [TYPES]: [
      [
        'if (this.#transfer !== transfer || consumer === null)',
        'if (this.#transfer !== transfer || false)',
      ],
      [
        'if (this.#transfer !== transfer || transfer.isSettled ||',
        'if (this.#transfer !== transfer || transfer.isSettled || false)',
      ],
      [
        'if (transfer.isSettled || consumer === null) throw',
        'if (transfer.isSettled || false) throw',
      ],
    ],
  },
  'lib/twisted/producers/file-source.ts': {
    'nobody takes exactly as long': [
      ['if (lasted < SHORT)', 'if (lasted <= SHORT)'],
      ['else if (lasted > LONG)', 'else if (lasted >= LONG)'],
    ],
    'neither has anything to close': [
      [
        'const handle = await this.#handle.catch(() => null)',
        'const handle = await this.#handle.catch(() => undefined)',
      ],
    ],
  },
  'lib/twisted/producers/file-transfer.ts': {
    'a promise settles once, and a file closes once': [
      ['if (this.isSettled) return;', 'if (false) return;'],
    ],
  },
};

/** Why the mutant of `file` lives that makes `is` of the line `was`; `undefined` if nobody knows. */
export function reasonToLive(file, was, is) {
  const isThis = ([line, ...mutants]) =>
    was.startsWith(line) && mutants.some((mutant) => is.startsWith(mutant));
  const reasons = Object.entries(SURVIVORS[file] ?? {});
  return reasons.find(([, rows]) => rows.some(isThis))?.[0];
}
