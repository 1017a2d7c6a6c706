import { defineConfig, globalIgnores } from 'eslint/config';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';

/** The walls of the house: which folder may import what. */
const wall = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});
const streams = {
  regex: '^(node:)?(stream|net|tls|http|http2|zlib)(/.*)?$|^readable-stream$|^streamx$',
  message: 'The semantics know no stream: put this in lib/streams.',
};
const upwards = (...folders) => ({
  regex: `^\\.\\./(${folders.join('|')})/`,
  message: 'Imports go from endpoints and testing to streams to twisted, never back.',
});

export default defineConfig(
  globalIgnores(['dist/', 'coverage/']),
  tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    plugins: { tsdoc },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'tsdoc/syntax': 'error',
      'no-restricted-globals': [
        'error',
        {
          name: 'Buffer',
          message: "The global is a getter, and slow: import it from 'node:buffer'.",
        },
      ],
    },
  },
  wall(['lib/twisted/**/*.ts'], streams, upwards('streams', 'endpoints', 'testing')),
  wall(['lib/streams/**/*.ts'], upwards('endpoints', 'testing')),
  wall(['lib/endpoints/**/*.ts'], upwards('testing')),
  {
    files: ['spec/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
