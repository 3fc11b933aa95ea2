import { defineConfig } from 'vitest/config'
import { pace } from './test/deploy/targets/pace.ts'
import { mutantPlugin } from './test/mutants/plugin.ts'

const project = (name: string, include: string[], timeout_ms: number) => ({
  plugins: [mutantPlugin()],
  test: { name, include, testTimeout: timeout_ms, hookTimeout: timeout_ms },
})

export default defineConfig({
  test: {
    // Most tests that take long wait for something.
    maxWorkers: 2,
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 60_000),
      project('sim', ['test/sim/**/*.test.ts'], 240_000),
      project('explore', ['test/explore/**/*.test.ts'], 240_000),
      project('mutants', ['test/mutants/**/*.test.ts'], 60_000),
      project('contract', ['test/contract/**/*.test.ts'], 60_000),
      project('honesty', ['test/honesty/**/*.test.ts'], 300_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      project('local', ['test/local/**/*.test.ts'], 120_000),
      project('cdk', ['test/cdk/**/*.test.ts'], 180_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 400_000),
      project('deploy', ['test/deploy/**/*.test.ts'], pace.step_ms),
    ],
  },
})
