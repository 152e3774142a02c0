import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', '**/*.fixture.ts', 'libs/testing/**/*.ts', 'apps/pipeline-e2e/**/*.ts', 'bench/**/*.ts'];

/** Which kinds of projects may import which (docs/architecture.md). Tests may use what is there for tests besides. */
const boundaries = (alsoTags = [], alsoPackages = []) => [
  'error',
  {
    allow: [],
    depConstraints: [
      {
        sourceTag: 'type:core',
        onlyDependOnLibsWithTags: ['type:core', ...alsoTags],
        allowedExternalImports: ['zod', ...alsoPackages],
      },
      { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:core', ...alsoTags] },
      { sourceTag: 'type:public', onlyDependOnLibsWithTags: ['type:core', ...alsoTags] },
      { sourceTag: 'type:page', onlyDependOnLibsWithTags: ['type:public', ...alsoTags] },
      {
        sourceTag: 'type:test',
        onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:test', 'type:public'],
      },
      { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:core', 'type:adapter', ...alsoTags] },
      { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:test', 'type:public'] },
    ],
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      'dist/**',
      '.dist-*/**',
      '.nx/**',
      '.medley/**',
      'training/**',
      '**/generated/**',
      'artifacts/**',
      'bundles/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Read the environment in env.ts only.',
        },
      ],
      '@nx/enforce-module-boundaries': boundaries(),
    },
  },
  {
    files: ['apps/playground/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  { files: ['**/env.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: tests,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@nx/enforce-module-boundaries': boundaries(['type:test'], ['@jest/globals']),
    },
  },
  prettier,
);
