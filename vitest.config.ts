import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // type-graphql and Apollo load the CommonJS copy of graphql; tests have to use the same one.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    globalSetup: ['test/postgres.ts'],
    setupFiles: ['test/seed.ts', 'test/put-back.ts'],
    // Nobody's own, as the one of test/database.ts: what depends on the zone of a machine is seen.
    env: { TZ: 'Asia/Kathmandu' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    // Test files of a worker share its modules: loading them anew took a third of the time. So none may
    // replace a module (test/tidy.test.ts), and what it changes outside itself is put back (test/put-back.ts).
    isolate: false,
  },
})
