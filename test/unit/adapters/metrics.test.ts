import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest'
import { metricsOn, powertoolsMetrics, publishMetrics } from '../../../lib/adapters/powertools/metrics.ts'

let log: MockInstance
let warn: MockInstance
beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {})
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks().unstubAllEnvs())

/** With Powertools' development switch it writes to the console of the test, and not past it. */
function invocation() {
  vi.stubEnv('POWERTOOLS_DEV', 'true').stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const powertools = powertoolsMetrics('my-state')
  return { metrics: metricsOn(powertools), ends: publishMetrics(powertools) }
}
const lines = () => log.mock.calls.map(([line]) => JSON.parse(String(line)))

test('what an invocation counted is one line of its log, in CloudWatch’s format, by Sluice', () => {
  const { metrics, ends } = invocation()
  metrics.count('ShardFailures', 1)
  metrics.count('ShardFailures', 2)
  metrics.count('Sweeps', 1)
  ends.after()
  expect(lines()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Sluice',
            Dimensions: [['service', 'StateTable']],
            Metrics: [
              { Name: 'ShardFailures', Unit: 'Count' },
              { Name: 'Sweeps', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'sluice',
      StateTable: 'my-state',
      ShardFailures: [1, 2],
      Sweeps: 1,
    },
  ])
})

test('it is written even if the invocation fails, and once only', () => {
  const { metrics, ends } = invocation()
  metrics.count('DamagedShards', 1)
  ends.onError()
  ends.after()
  expect(lines()).toHaveLength(1)
})

test('an invocation that counted nothing writes nothing, nor a warning', () => {
  invocation().ends.after()
  expect(log).not.toHaveBeenCalled()
  expect(warn).not.toHaveBeenCalled()
})
