/**
 * Phrases that make a sentence hard to read, for `npm run lint`: in comments, in strings, on pages.
 * CONTRIBUTING.md says why, and what to write instead.
 */
export const PHRASES = [
  // An actor without a name: say which class, stream, protocol or person.
  ...[
    "who doesn't",
    "who can't",
    'who wants',
    'who waits',
    'who asks',
    'who overrides',
    'who reads',
    'who has',
    'who awaits',
    'who calls',
    'who gives',
    'who joins',
    'to who',
    'of who',
    'by who',
    'whoever',
    'someone',
    'somebody',
    'anybody',
    'whom',
    'those who',
    'most who',
    'nobody reads',
    'nobody waits',
  ],
  // Say what it is instead: 'a value that is not a function', 'the buffered bytes'.
  ...['something that is no', 'anything that is no', 'what is no', 'that is no', 'that which'],
  ...[
    'what is held',
    'what is due',
    'what is wanted',
    'all is sent',
    'hears no more',
    'what becomes',
    'what costs',
    'to be feared',
    'thrown away',
  ],
  // Leave them out.
  ...['in order to', 'utilize', 'utilise', 'simply', 'obviously', 'of course', 'shall'],
];
