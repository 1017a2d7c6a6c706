/**
 * The walls of the house, in `lib` and `bench`: `npm run lint` holds them.
 *
 * A room is a folder of `lib` with one idea; its door is its `index.ts`. The list goes from the ground
 * up: a room may import those before it, and none after it. `base` has no door: its files are tools
 * for all.
 */
const rooms = [
  'base',
  'twisted/core',
  'twisted/cooperation',
  'twisted/producers',
  'twisted/shaping',
  'streams/any-stream',
  'streams/as-streams',
  'streams/web',
  'streams/transports',
  'streams/producers',
  'streams/bodies',
  'endpoints/sockets',
  'endpoints/processes',
  'endpoints/standard-io',
  'endpoints/described',
  'endpoints/reconnecting',
];

/** Two rooms that no other imports. They may import only some of the others. */
const annexes = [
  { room: 'protocols', mayImport: ['base', 'twisted'] },
  { room: 'testing', mayImport: ['base', 'twisted'] },
];

const withDoors = [...rooms.filter((room) => room !== 'base'), ...annexes.map(({ room }) => room)];
const anyRoomWithDoor = `^lib/(${withDoors.join('|')})/`;
const door = `^lib/(?:${withDoors.join('|')})/index\\.ts$`;

const floors = rooms.map((room, index) => ({
  name: `floor of ${room}`,
  comment: `lib/${room} may import only: ${['its own files', ...rooms.slice(0, index)].join(', ')}. Move what it needs down, or the code that needs it up.`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: `^lib/(?:${[...rooms.slice(index + 1), 'protocols', 'testing'].join('|')})/` },
}));

export default {
  forbidden: [
    {
      name: 'circle',
      comment:
        'These files import each other in a circle, if only for types: take what both need into a file of its own, or open the circle with an interface.',
      severity: 'error',
      from: { path: '^(lib|bench)/' },
      to: { circular: true },
    },
    {
      name: 'door',
      comment: "Another room is entered by its door only: import this from the room's index.js.",
      severity: 'error',
      from: { path: anyRoomWithDoor },
      to: { path: anyRoomWithDoor, pathNot: [door, '^lib/$1/'] },
    },
    {
      name: 'door, from outside',
      comment: "A room is entered by its door only: import this from the room's index.js.",
      severity: 'error',
      from: { path: '^(lib/[^/]+\\.ts|lib/base/|bench/|examples/)' },
      to: { path: anyRoomWithDoor, pathNot: door },
    },
    {
      name: 'own door',
      comment:
        'Inside a room, files import each other directly, never their own index.js: that way lie circles.',
      severity: 'error',
      from: { path: anyRoomWithDoor, pathNot: door },
      to: { path: '^lib/$1/index\\.ts$' },
    },
    {
      name: 'entry from inside',
      comment: 'No room imports lib/index.ts: that is the door of the whole house.',
      severity: 'error',
      from: { path: '^lib/.+/' },
      to: { path: '^lib/index\\.ts$' },
    },
    ...floors,
    ...annexes.map(({ room, mayImport }) => ({
      name: `floor of ${room}`,
      comment: `lib/${room} may import only its own files, ${mayImport.join(' and ')}.`,
      severity: 'error',
      from: { path: `^lib/${room}/` },
      to: { path: '^lib/', pathNot: `^lib/(?:${[room, ...mayImport].join('|')})/` },
    })),
    {
      name: 'no stream in the semantics',
      comment:
        'lib/twisted and lib/protocols know no stream and no socket: put this in lib/streams.',
      severity: 'error',
      from: { path: '^lib/(?:twisted|protocols)/' },
      to: {
        path: [
          '^(node:)?(stream|net|tls|http|http2|zlib)$',
          '^(node:)?stream/',
          '^#stream',
          'node_modules/(readable-stream|streamx)/',
        ],
      },
    },
    {
      name: 'only dependencies',
      comment:
        'A program that installs twisted-streams does not get this: lib imports its `dependencies` and Node only.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'bench on its own',
      comment:
        'The bench measures dist, as users get it, and shares nothing with the other folders.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(?:spec|lib|examples|scripts)/' },
    },
    {
      name: 'door of the bench',
      comment:
        'Import the library from bench/library: dist has no name in the package of the bench.',
      severity: 'error',
      from: { path: '^bench/', pathNot: '^bench/library/' },
      to: { path: '^dist/' },
    },
    {
      name: 'packages of the bench',
      comment: 'The bench is a package of its own: name this in bench/package.json.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'lib on its own',
      comment: 'lib imports nothing of the other folders.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(?:spec|bench|examples|scripts|dist)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // Imports of types count.
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts'],
    },
  },
};
