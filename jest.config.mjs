const transform = {
  '^.+\\.c?[tj]s$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true },
      },
      module: { type: 'commonjs' },
    },
  ],
};
const shared = {
  testEnvironment: 'node',
  transform,
  // These packages ship ESM only, or import modules of Node when they need them; Jest runs them through the same transform.
  transformIgnorePatterns: [
    'node_modules/(?!(@nestjs|@seriousme|@huggingface|@opentelemetry/otlp-exporter-base|eventsource-parser|node-av)/)',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.medley', '<rootDir>/training'],
};
const tests = (pattern) => ['apps', 'libs', 'bench', 'monitoring'].map((folder) => `<rootDir>/${folder}/**/${pattern}`);

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: tests('*.spec.ts'),
      testPathIgnorePatterns: ['\\.(int|e2e|long)\\.spec\\.ts$'],
    },
    { ...shared, displayName: 'integration', testMatch: tests('*.int.spec.ts') },
    { ...shared, displayName: 'e2e', testMatch: tests('*.e2e.spec.ts') },
    { ...shared, displayName: 'long', testMatch: tests('*.long.spec.ts') },
  ],
};
