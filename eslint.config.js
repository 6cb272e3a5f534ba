// House style that a machine can check. Dependency rules live in test/architecture.test.ts.
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['node_modules/**', 'admin/dist/**', 'admin/client/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-throw-literal': 'error',
      'prefer-const': 'error',
      'no-restricted-globals': ['error', { name: 'event', message: 'Pass the event explicitly.' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    ignores: ['config/settings/**', 'config/setup/**', 'test/**', 'admin/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only config/settings reads the environment.' }],
    },
  },
  { files: ['config/setup/**', 'test/**', 'main.ts', 'api/write-openapi.ts'], rules: { 'no-console': 'off' } },
  { files: ['migrations/tables.ts'], rules: { 'max-lines': 'off' } },
)
