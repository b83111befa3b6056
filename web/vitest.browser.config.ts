import { defineConfig } from 'vitest/config'

// Stories drive a browser against the built program: one server for all, files one after
// the other, since two cores have enough to do with one browser.
export default defineConfig({
  test: {
    include: [`browser/**/*.${process.env.TRIAGE_BENCH ? 'bench' : process.env.SCREENSHOTS ? 'shots' : 'story'}.ts`],
    disableConsoleIntercept: true, // what a story says stands in one line
    globalSetup: ['browser/house.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } }, // a busy machine takes its time
    hookTimeout: 120_000,
  },
})
