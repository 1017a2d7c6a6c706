const SHORTCUT = 'only a shorter way: the long one comes to the same';
const CLOCK = 'only how often the clock is read';
const EARLY = 'set before it is read';
const FALSY = 'an empty body returns `undefined`, which is as good as `false`';
const IDLE = 'asked to write once too often, it finds nothing to write';
const FASTER = 'only the faster way: the other one does the same';
const MEMORY = 'only what it keeps in memory: what is over is not told again';
const NAMELESS = 'no argument has such a name';
const TYPES = 'only for the types: the value is never missing there';

/**
 * Mutants that no spec can kill, because nobody could tell them from the code that is right: by file, and
 * by the reason why they live. In each row, how the line of code begins, and how it does with each mutant.
 */
export const SURVIVORS = {
  'lib/endpoints/described/client-descriptions.ts': {
    [NAMELESS]: [
      [
        'return placeOf(bindArguments(withTCPNames(description), []',
        'return placeOf(bindArguments(withTCPNames(description), ["',
      ],
      [
        'const bound = bindArguments(withTCPNames(description), []',
        'const bound = bindArguments(withTCPNames(description), ["',
      ],
      ['[],', '["'],
    ],
  },
  'lib/endpoints/described/description.ts': {
    [NAMELESS]: [['others: readonly Name[] = []', 'others: readonly Name[] = ["']],
  },
  'lib/endpoints/processes/child-pipes.ts': {
    'only for Bun: on Node every pipe has it': [
      ['if (pipe.readable) pipe.resume?.()', 'if (pipe.readable) pipe.resume()'],
    ],
  },
  'lib/endpoints/processes/process-transport.ts': {
    'the loss is told first even so: it comes a step earlier in the queue of microtasks': [
      [
        'const closed = Promise.all(lost.map(({ consumer })',
        'const closed = Promise.all(lost.map(() => undefined))',
      ],
    ],
  },
  'lib/endpoints/standard-io/joined-streams.ts': {
    [TYPES]: [
      ['input.pause?.();', 'input.pause();'],
      ['this.input.resume?.();', 'this.input.resume();'],
    ],
    'the stream is over, and the error of it has no listener to tell': [
      [
        'else if (!this.writableFinished) output.destroy?.()',
        'else if (!this.writableFinished) output.destroy()',
      ],
    ],
    'a stream that reads on begins to read again': [
      ['if (process.stdin.isPaused()) process.stdin.emit(', 'if (true) process.stdin.emit('],
    ],
  },
  'lib/endpoints/standard-io/standard-io.ts': {
    [TYPES]: [
      [
        'if (stream.writableFinished === true) stream.destroy?.()',
        'if (stream.writableFinished === true) stream.destroy()',
      ],
    ],
  },
  'lib/endpoints/sockets/connector.ts': {
    'only an observer of the log could ask then': [
      ['this.giveUp?.(new UserError());', 'this.giveUp(new UserError());'],
    ],
    [TYPES]: [
      [
        "if (this.state === 'disconnected') this.onOver?.();",
        "if (this.state === 'disconnected') this.onOver();",
      ],
      ['return setTimeout(() => this.giveUp?.(', 'return setTimeout(() => this.giveUp('],
      [
        'const cause: unknown = this.options.signal?.reason',
        'const cause: unknown = this.options.signal.reason',
      ],
    ],
  },
  'lib/endpoints/sockets/listen.ts': {
    [SHORTCUT]: [['if (path === undefined) return listenOn(', 'if (false) return listenOn(']],
    'the transport sets it as well, where Node heeds that': [
      [
        'const server = createServer({ allowHalfOpen: true }',
        'const server = createServer({}',
        'const server = createServer({ allowHalfOpen: false }',
      ],
    ],
  },
  'lib/endpoints/reconnecting/attempt.ts': {
    [TYPES]: [
      [
        'logRejection(this.watched?.transport?.loseConnection()',
        'logRejection(this.watched?.transport.loseConnection()',
        'logRejection(this.watched.transport?.loseConnection()',
      ],
    ],
  },
  'lib/endpoints/reconnecting/client-machine.ts': {
    [TYPES]: [
      [
        "const protocol = this.state === 'connected' ?",
        "const protocol = this.state === 'connected' ? this.attempt.protocol",
      ],
      ['return this.attempt?.protocol ?', 'return this.attempt.protocol ?'],
      ['attempt?.cancel();', 'attempt.cancel();'],
      ['this.attempt?.close();', 'this.attempt.close();'],
    ],
  },
  'lib/endpoints/reconnecting/connection-waiters.ts': {
    [MEMORY]: [['this.waiters.delete(waiter);', ';']],
  },
  'lib/endpoints/reconnecting/reconnecting-client-factory.ts': {
    [MEMORY]: [['this.#waits.delete(end);', ';']],
    [SHORTCUT]: [['if (this.jitter) this.delay', 'if (true) this.delay']],
  },
  'lib/testing/clock.ts': {
    [SHORTCUT]: [['#isSorted = true;', '#isSorted = false;']],
    'a sort asks only whether it is below 0': [
      ['return Number(a > b) - Number(a < b)', 'return Number(a >= b) - Number(a < b)'],
    ],
  },
  'lib/testing/flow-recorder.ts': {
    [TYPES]: [
      [
        'if (from !== undefined) pauses.push({ from, to: this.samples.at(-1)?.at',
        'if (from !== undefined) pauses.push({ from, to: this.samples.at(-1).at',
      ],
    ],
  },
  'lib/testing/loopback-transport.ts': {
    [MEMORY]: [
      [
        'if (!this.hasPieces) this.dropPieces();',
        'if (false) this.dropPieces();',
        'if (!this.hasPieces) ;',
      ],
      ['private dropPieces(): void {', 'private dropPieces(): void {}'],
      ['this.dropPieces();', ';'],
    ],
  },
  'lib/testing/loopback.ts': {
    'a look at both ends finds nothing to do before one of them was woken': [
      ['private awake = true;', 'private awake = false;'],
      ['private running = true;', 'private running = false;'],
    ],
  },
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
      [': transport?.loseConnection?.()', ': transport?.loseConnection()'],
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
      ['const chunks: unknown[] = [];', 'const chunks: unknown[] = ["'],
    ],
    [TYPES]: [['if (encoding === undefined ||', 'if (false ||']],
    'no encoding has these letters further on': [
      ["return typeof encoding === 'string' &&", "return typeof encoding === 'string' && /(utf"],
    ],
    [EARLY]: [['decoder[LOST] = false', 'decoder[LOST] = true']],
  },
  'lib/streams/any-stream/kept-chunks.ts': {
    [FASTER]: [['if (own === undefined && ', 'if (true && ']],
  },
  'lib/streams/any-stream/release-stream.ts': {
    'to call what is missing is an error, which is caught': [
      ['if (!stream.resetAndDestroy ||', 'if (false ||'],
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
      ['else if (this.readableEncoding !== null ||', 'else if (true)'],
    ],
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
    [SHORTCUT]: [['if (returned !== undefined) this.heed(', 'if (true) this.heed(']],
    [CLOCK]: [['if (--this.unitsLeft <= 0 &&', 'if (true &&', 'if (--this.unitsLeft < 0 &&']],
  },
  'lib/streams/transports/closing-descriptor.ts': {
    [EARLY]: [['protected hasAnswered = false;', 'protected hasAnswered = true;']],
    [IDLE]: [
      [
        'if (!this.connected || !this.isClosing) return;',
        'if (false) return;',
        'if (!this.connected && !this.isClosing) return;',
      ],
    ],
    'without a producer there is nothing to ask, and one that pushes is paused only by a write': [
      [
        'if (this.producer !== null && !this.streamingProducer && !this.hasAnswered)',
        'if (true && !this.hasAnswered)',
        'if (this.producer !== null || !this.streamingProducer',
        'if (true && !this.streamingProducer',
      ],
    ],
    'it goes on in the next turn anyway': [
      ['if (wasPaused && this.producer === producer', 'if (wasPaused && true &&'],
    ],
    'a timer that finds no producer to wait for does nothing': [
      ['if (!awaitsHandshake && !this.isWaiting) return;', 'if (false) return;'],
    ],
    [FALSY]: [['protected get isYetToBegin()', 'protected get isYetToBegin(): boolean {}']],
    [SHORTCUT]: [['return this.unregisteredIn !== undefined &&', 'return true &&']],
    [IDLE]: [
      [
        'if (this.connected && this.producer === producer)',
        'if (true)',
        'if (this.connected || this.producer === producer)',
        'if (this.connected && true)',
      ],
      ['if (this.producer !== null) this.startWriting()', 'if (true)'],
      ['if (descriptor.connected)', 'if (true)'],
    ],
  },
  'lib/streams/transports/addresses.ts': {
    [FASTER]: [
      [
        'if (stream.remoteAddress !== undefined || !isSocket(stream)) return;',
        'if (false) return;',
        'if (stream.remoteAddress !== undefined && !isSocket(',
      ],
    ],
  },
  'lib/streams/transports/gathered-writes.ts': {
    [SHORTCUT]: [['if (this.spare === 0 ||', 'if (false ||']],
    'to copy no bytes, or bytes to where they are, changes nothing': [
      [
        'if (written > 0 && (this.block',
        'if (true) {',
        'if (written > 0 || this.block',
        'if (true && (this.block',
        'if (written >= 0 &&',
        'if (written > 0 && (true)',
      ],
    ],
  },
  'lib/streams/transports/object-writes.ts': {
    [FALSY]: [['appendIfSpare(_object: unknown)', 'appendIfSpare(_object: unknown): boolean {}']],
  },
  'lib/streams/transports/stream-input.ts': {
    [EARLY]: [['private paused = false;', 'private paused = true;']],
    [TYPES]: [
      ['if (entries?.at(-1)?.is', 'if (entries?.at(-1).is'],
      [
        "else if (this.queue?.peek()?.is === 'end' &&",
        'else if (this.queue?.peek().is',
        'else if (this.queue.peek()?.is',
      ],
      ["if (this.queue.peek()?.is === 'end' &&", 'if (this.queue.peek().is'],
      ['if (this.queue?.length === 0)', 'if (this.queue.length === 0)'],
      ["if (entry?.is === 'data')", "if (entry.is === 'data')"],
      ["else if (entry?.is === 'end')", "else if (entry.is === 'end')"],
      ["else if (entry?.is === 'close')", 'else if (true)', "else if (entry.is === 'close')"],
    ],
    'with chunks buffered the stream is paused': [
      ["if (this.wish === 'nothing' && !this.paused)", 'if (true && !this.paused)'],
    ],
    [CLOCK]: [['if (unitsLeft === 0 &&', 'if (unitsLeft !== 0 &&', 'if (true &&']],
    'the one that is called a second time finds nothing to do': [
      ['this.scheduled = true;', 'this.scheduled = false;'],
    ],
  },
  'lib/streams/transports/stream-reactor.ts': {
    [TYPES]: [['if (reason === undefined) return;', 'if (false) return;']],
  },
  'lib/streams/transports/stream-writer.ts': {
    [TYPES]: [
      ['stream.cork?.()', 'stream.cork()'],
      ['stream.uncork?.()', 'stream.uncork()'],
    ],
  },
  'lib/streams/transports/tls-side.ts': {
    'where nobody listens for them, Node emits no more events, nor asks for an answer': [
      ["} else if (event === 'tlsClientError')", '} else if (true)'],
      ['return true;', 'return false;'],
    ],
    'only a guard: no Node that we know emits an error there': [
      ["socket.on('error', () => {});", ';'],
    ],
    'it is destroyed with the socket that it wraps': [['socket.destroy();', ';']],
    'only the first call of a listener counts': [
      ["socket.removeListener('close', onClose);", ';'],
      ["socket.removeListener('error', onError);", ';'],
    ],
    'neither is ever called': [
      ['const nobody: HandshakeListener', 'const nobody: HandshakeListener = {};'],
    ],
  },
  'lib/streams/transports/tls-trust.ts': {
    [TYPES]: [
      [
        'if (!wasAccepted(stream) || stream.isSessionReused?.()',
        'if (!wasAccepted(stream) || stream.isSessionReused()',
      ],
    ],
  },
  'lib/streams/transports/writable-consumer.ts': {
    'the reactor refuses it too, with the same error': [['assertUnwritten(stream);', ';']],
    [FASTER]: [
      ['if (writes !== undefined && writes.appendIfSpare(data))', 'if (false)'],
      ['this.leaveSpare();', ';'],
      ['private leaveSpare(): void {', 'private leaveSpare(): void {}'],
      ['if (writes === undefined) return;', 'if (true) return;'],
      ['room > 0 &&', 'false'],
      ['!this.producerPaused &&', 'this.producerPaused &&'],
      ['if (data.length < writes.large ||', 'if (data.length <= writes.large ||'],
    ],
    [SHORTCUT]: [['room > 0 &&', 'true &&', 'room >= 0 &&']],
    [IDLE]: [
      ['if (!hasRoom && this.isSendBufferFull())', 'if (true)', 'if (!hasRoom || this.isSend'],
    ],
    'the reactor asks to write again, and then it comes to the rest': [
      ['if (error !== undefined) return error;', 'if (true) return error;'],
      ['if (!this.reactor.isFree || this.holdsWrites)', 'if (true)'],
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
    [TYPES]: [
      ['if (signal) onAbort(', 'if (signal) onAbort(signal, () => endEarly('],
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
  'lib/twisted/producers/block-size.ts': {
    'nobody takes exactly as long': [
      ['if (lasted < SHORT)', 'if (lasted <= SHORT)'],
      ['else if (lasted > LONG)', 'else if (lasted >= LONG)'],
    ],
  },
  'lib/twisted/producers/file-transfer.ts': {
    'a promise settles once, and a file closes once': [
      ['if (this.isSettled) return;', 'if (false) return;'],
    ],
  },
  'lib/twisted/cooperation/cooperative-task.ts': {
    [SHORTCUT]: [
      ['if (this.pauseCount === 1) this.cooperator', 'if (true) this.cooperator'],
      ['if (waits) whenRejected(', 'if (true) whenRejected('],
    ],
    'a step that is the last has no value to wait for': [
      ['let waits = false;', 'let waits = true;'],
    ],
    [TYPES]: [['else if (completionState !== null) waiter', 'else if (true) waiter']],
  },
  'lib/twisted/cooperation/call-heap.ts': {
    'no two calls have the same arrival': [
      [
        'return timeA < timeB || (timeA === timeB && a.arrival <',
        'return timeA < timeB || (timeA === timeB && a.arrival <=',
      ],
    ],
  },
  'lib/twisted/cooperation/delayed-call.ts': {
    'a call that moves to the time at which it is due anyway stays where it is': [
      ['const isSooner = newTime < this.time;', 'const isSooner = newTime <= this.time;'],
      ['const isSooner = this.delayedTime < 0;', 'const isSooner = this.delayedTime <= 0;'],
    ],
  },
  'lib/twisted/cooperation/looping-call.ts': {
    [EARLY]: [['#runAtStart = false;', '#runAtStart = true;']],
    [TYPES]: [['if (run === null || !this.running)', 'if (false || !this.running)']],
    'the count is 0 within the interval that was counted last': [
      ['if (count > 0) this.#realLastTime', 'if (count >= 0) this.#realLastTime'],
    ],
    'after an interval of 0 seconds, a whole one is added': [
      ['return remainder < 0 ?', 'return remainder <= 0 ?'],
    ],
  },
  'lib/twisted/cooperation/reactor.ts': {
    [FASTER]: [
      ['if (!isSooner) return;', 'if (false) return;'],
      [
        'if (time === Infinity || time < this.alarmTime)',
        'if (true)',
        'if (time === Infinity || time <= this.alarmTime)',
      ],
      ['if (milliseconds <= 0)', 'if (milliseconds < 0)'],
      ['if (first.getTime() <= time) return first;', 'if (true) return first;'],
    ],
    'a call that is due at this very time is made a turn later': [
      [
        'if (first === undefined || first.earliestTime > time)',
        'if (first === undefined || first.earliestTime >= time)',
      ],
      ['if (first.getTime() <= time) return first;', 'if (first.getTime() < time) return first;'],
      ['if (call.getTime() > this.seconds())', 'if (call.getTime() >= this.seconds())'],
    ],
  },
  'lib/twisted/cooperation/cooperator.ts': {
    'a tick that comes although it was cancelled finds nothing to do': [
      [
        'return { cancel: () => clearImmediate(immediate) };',
        'return {};',
        'return { cancel: () => undefined };',
      ],
    ],
    'without a task, it schedules nothing when it is started': [
      ['private mustScheduleOnStart = false;', 'private mustScheduleOnStart = true;'],
    ],
  },
  'lib/twisted/shaping/shaped-consumer.ts': {
    [SHORTCUT]: [
      ['if (!attached) this.queue.leave(', 'if (true) this.queue.leave('],
      ['protected override mayPass(', 'protected override mayPass(bytes: number): boolean {}'],
      [
        'return super.writeSomeData(bytes < data.length ?',
        'return super.writeSomeData(true ?',
        'return super.writeSomeData(bytes <= data.length ?',
      ],
    ],
  },
  'lib/twisted/shaping/shaped-transport.ts': {
    [TYPES]: [
      ['this.heed(this.versatile[closing]?.(), closing)', 'this.heed(this.versatile[closing]()'],
      ['this.heed(this.versatile.startTLS?.(', 'this.heed(this.versatile.startTLS('],
      ['this.heed(this.versatile.abortConnection?.(', 'this.heed(this.versatile.abortConnection('],
      [
        'if (closing !== null) this.heed(this.versatile[closing]?.()',
        'if (true) this.heed(',
        'if (closing !== null) this.heed(this.versatile[closing]()',
      ],
    ],
  },
  'lib/twisted/shaping/hierarchical-bucket-filter.ts': {
    [TYPES]: [['if (bucket.parentBucket !== null && this.#counted', 'if (true && this.#counted']],
  },
  'lib/twisted/shaping/bucket-queue.ts': {
    [SHORTCUT]: [
      [
        'if (this.lines.size > 0 && this.shareOf(',
        'if (true && this.shareOf(',
        'if (this.lines.size >= 0 && this.shareOf(',
      ],
      ['if (this.lines.size === 0) return;', 'if (false) return;'],
      ['if (this.closed.has(bucket)) return false;', 'if (false) return false;'],
    ],
    'who is not admitted asks, and has a turn at once': [
      [
        'if (this.lines.size > 0 && this.shareOf(',
        'if (this.lines.size > 0 && true)',
        'if (this.lines.size > 0 && this.shareOf(waiter) <= Infinity)',
        'if (this.lines.size > 0 || this.shareOf(',
      ],
    ],
    'the next one has its turn in this round, not in another': [['return true;', 'return false;']],
    'the others that wait for it are tried as well, and find the same': [
      ['obstacle = { bucket: waiter.bucket', 'obstacle = {};'],
    ],
    'nobody takes exactly as long': [
      [
        'if (this.soonest === null || obstacle.seconds < this',
        'if (this.soonest === null || obstacle.seconds <= this',
      ],
      ['if (seconds > longest)', 'if (seconds >= longest)'],
    ],
  },
  'lib/base/abort-signal.ts': {
    [TYPES]: [['if (!signal) return;', 'if (false) return;']],
  },
  'lib/base/build.ts': {
    'it runs nothing, so nobody sees its argument': [
      ['Reflect.construct(Object, [], builder)', 'Reflect.construct(Object, ["'],
    ],
    [FALSY]: [['} catch {', '} catch {}']],
  },
  'lib/base/bytes.ts': {
    [FASTER]: [['if (Buffer.isBuffer(data)) return data;', 'if (false) return data;']],
  },
  'lib/base/forwarding.ts': {
    [FASTER]: [
      ['flatten(Class.prototype);', ';'],
      [
        'function flatten(prototype: object): void {',
        'function flatten(prototype: object): void {}',
      ],
      ['for (; base !== Object.prototype;', 'for (;'],
      [
        'for (const name of Reflect.ownKeys(base)) {',
        'for (const name of Reflect.ownKeys(base)) {}',
      ],
      ['if (Object.hasOwn(prototype, name)) continue;', 'if (true) continue;'],
      ['Reflect.defineProperty(prototype, name,', ';'],
    ],
  },
  'lib/base/queue.ts': {
    [FASTER]: [
      [
        'if (this.taken * 2 >= this.items.length)',
        'if (true)',
        'if (this.taken * 2 > this.items.length)',
      ],
    ],
  },
  'lib/base/rejection.ts': {
    [SHORTCUT]: [['if (isThenable(returned))', 'if (true)']],
  },
  'lib/protocols/policies/limit-connections-by-peer.ts': {
    [TYPES]: [['if (host === undefined) return;', 'if (false) return;']],
  },
  'lib/protocols/policies/throttling-factory.ts': {
    'of two calls for the same time, either will do': [
      [
        'const [early, late] = before.getTime() > end',
        'const [early, late] = before.getTime() >= end',
      ],
    ],
  },
  'lib/protocols/delimiter.ts': {
    [FASTER]: [['if (delimiter.length > 2)', 'if (true)', 'if (delimiter.length >= 2)']],
  },
  'lib/protocols/int-n-string-receiver.ts': {
    [SHORTCUT]: [['if (returned !== undefined) heed(', 'if (true) heed(']],
  },
  'lib/protocols/line-only-receiver.ts': {
    [SHORTCUT]: [['if (returned !== undefined) heed(', 'if (true) heed(']],
  },
  'lib/protocols/line-receiver.ts': {
    [SHORTCUT]: [
      ['if (returned !== undefined) returned = heed(', 'if (true) returned = heed('],
      ['if (returned !== undefined && (isReason', 'if (true && (isReason'],
    ],
  },
  'lib/protocols/netstring-receiver.ts': {
    [SHORTCUT]: [['while (unread.length > 0 &&', 'while (true &&', 'while (unread.length >= 0 &&']],
  },
};

/** Why the mutant of `file` lives that makes `is` of the line `was`; `undefined` if nobody knows. */
export function reasonToLive(file, was, is) {
  const isThis = ([line, ...mutants]) =>
    was.startsWith(line) && mutants.some((mutant) => is.startsWith(mutant));
  const reasons = Object.entries(SURVIVORS[file] ?? {});
  return reasons.find(([, rows]) => rows.some(isThis))?.[0];
}
