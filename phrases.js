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
  ],
  // Say what it is instead.
  ...['something that is no', 'anything that is no'],
  // Leave them out.
  ...['in order to', 'utilize', 'utilise', 'simply', 'obviously', 'of course', 'shall'],
];
