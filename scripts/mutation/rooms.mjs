/** The rooms that can be mutated, and the specs that show what each does. */
export const ROOMS = {
  'lib/streams/any-stream': [
    'spec/streams/any-stream/{buffered,capabilities,claims,closed-by-hand,encodings,ending,errors,late-encodings}.spec.ts',
    'spec/streams/any-stream/{object-mode,readable-capabilities,release-stream,reset}.spec.ts',
    'spec/streams/any-stream/{destroyed-before,stream-listeners,stream-state}.spec.ts',
    'spec/streams/transports/{destroyed-silently,http-faults,minipass,tls-last-word}.spec.ts',
    'spec/streams/transports/writable-consumer.failures.spec.ts',
    'spec/streams/producers/{http2-answered,http2-upload}.spec.ts',
  ],
  'lib/streams/as-streams': [
    'spec/streams/as-streams/*.spec.ts',
    'spec/streams/transports/{async-callbacks,closed-under-a-stream}.spec.ts',
    'spec/streams/{async-consumers,backpressure,misspelt-options}.spec.ts',
    'spec/streams/web/*.spec.ts',
    'spec/base/diagnostics.spec.ts',
    'spec/twisted/core/explain.spec.ts',
  ],
  'lib/streams/bodies': ['spec/streams/bodies/*.spec.ts'],
  'lib/streams/producers': [
    'spec/streams/producers/{emitter-source,iterator-source,object-transfer}.spec.ts',
    'spec/streams/producers/{readable-producer,readable-producer.*,transfer,transfer.*}.spec.ts',
    'spec/streams/producers/{http2-answered,http2-inner-error,http2-reset,http2-upload}.spec.ts',
    'spec/streams/any-stream/{claims,destroyed-before,end-of-destroyed}.spec.ts',
    'spec/streams/transports/{destroyed-silently,http-faults,minipass}.spec.ts',
    'spec/streams/{async-consumers,misspelt-options}.spec.ts',
  ],
  'lib/streams/transports': [
    'spec/streams/transports/*.spec.ts',
    'spec/streams/any-stream/{claims,ending,end-of-destroyed,late-encodings}.spec.ts',
    'spec/streams/producers/trailer.spec.ts',
    'spec/streams/{backpressure,misspelt-options}.spec.ts',
    'spec/endpoints/sockets/tls*.spec.ts',
    'spec/twisted/core/explain.spec.ts',
  ],
  'lib/streams/web': [
    'spec/streams/web/*.spec.ts',
    'spec/streams/transports/destroyed-silently.spec.ts',
    'spec/streams/producers/{http2-inner-error,http2-upload}.spec.ts',
  ],
  'lib/twisted/producers': [
    'spec/twisted/producers/*.spec.ts',
    'spec/real-twisted/{file-sender,proxies,pull-to-push}.oracle.spec.ts',
    'spec/streams/producers/trailer.spec.ts',
    'spec/streams/transports/async-callbacks.spec.ts',
    'spec/base/diagnostics.spec.ts',
  ],
  'lib/twisted/core': ['spec/twisted/core/*.spec.ts'],
  'lib/twisted/cooperation': ['spec/twisted/cooperation/*.spec.ts'],
  'lib/twisted/shaping': [
    'spec/twisted/shaping/*.spec.ts',
    'spec/composition.spec.ts',
    'spec/streams/transports/close-waits*.spec.ts',
    'spec/streams/producers/trailer.spec.ts',
  ],
  'lib/protocols': ['spec/protocols/**/*.spec.ts'],
  'lib/base': ['spec/base/*.spec.ts', 'spec/contexts.spec.ts'],
  'lib/endpoints/sockets': ['spec/endpoints/{described,sockets}/*.spec.ts'],
  'lib/endpoints/described': [
    'spec/endpoints/described/*.spec.ts',
    'spec/endpoints/sockets/adopted-socket.spec.ts',
  ],
  'lib/endpoints/reconnecting': ['spec/endpoints/reconnecting/*.spec.ts'],
  'lib/endpoints/processes': ['spec/endpoints/processes/*.spec.ts'],
  'lib/endpoints/standard-io': ['spec/endpoints/standard-io/*.spec.ts'],
  'lib/testing': [
    'spec/testing/*.spec.ts',
    'spec/testing/checks/{async-methods,checks,makers,our-own,producer-checks}.spec.ts',
    'spec/real-twisted/{clock,loopback,string-transport}.oracle.spec.ts',
    'spec/parity/loopback-relay.spec.ts',
  ],
};

/** Specs that run for long, or watch the memory of the process. */
export const SLOW = [
  'spec/**/*.fuzz.spec.ts',
  'spec/streams/any-stream/faults.spec.ts',
  'spec/streams/as-streams/platform.spec.ts',
  'spec/streams/transports/idle-memory.spec.ts',
  'spec/streams/transports/peer-faults.spec.ts',
];
