import markdown from '@eslint/markdown';
import { defineConfig, globalIgnores } from 'eslint/config';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';

import { PHRASES } from './phrases.js';

const programs = ['**/*.{ts,js,mjs}'];
const anyPhrase = `/\\b(${PHRASES.join('|')})\\b/i`;
const message =
  'Plain English, see CONTRIBUTING.md: say who does what, in the words that are meant.';

/** Refuses a comment that begins with 'What': a noun in its place says more. */
const commentNoun = {
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const { value, loc } of sourceCode.getAllComments()) {
        if (/^\W*What\b/.test(value)) report({ loc, message });
      }
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'site/', 'reports/', 'docs/api/', 'etc/']),
  {
    files: programs,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
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
  {
    files: ['spec/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    files: programs,
    ignores: ['phrases.js'],
    plugins: { house: { rules: { 'comment-noun': commentNoun } } },
    rules: {
      'house/comment-noun': 'error',
      'no-warning-comments': ['error', { terms: PHRASES, location: 'anywhere' }],
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=${anyPhrase}]`, message },
        { selector: `TemplateElement[value.raw=${anyPhrase}]`, message },
      ],
    },
  },
  {
    files: ['**/*.md'],
    plugins: { markdown },
    language: 'markdown/gfm',
    rules: {
      'no-restricted-syntax': ['error', { selector: `text[value=${anyPhrase}]`, message }],
    },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
