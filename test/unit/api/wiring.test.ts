import { afterEach, expect, test, vi } from 'vitest'
import { wiringOf } from '../../../lib/api/wiring.ts'
import { defineConfig, EnvironmentError } from '../../../lib/index.ts'

const config = defineConfig({ queues: { crm: {} } })
afterEach(() => vi.unstubAllEnvs())

test('a client has one wake queue, however often it needs it', () => {
  const { wake } = wiringOf({ config, wakeQueueUrl: 'http://localhost/wake' })
  expect(wake()).toBe(wake())
})

test('a name that nobody gave is missed when it is needed, and found as soon as the environment has it', async () => {
  const { wake, store } = wiringOf({ config })
  expect(wake).toThrow(EnvironmentError)
  await expect(store.history.letters('dead|crm')).rejects.toThrow('SLUICE_HISTORY_TABLE')
  await expect(store.schedules.get('sync|nightly')).rejects.toThrow('SLUICE_SCHEDULES_TABLE')
  vi.stubEnv('SLUICE_WAKE_QUEUE_URL', 'http://localhost/wake')
  expect(wake()).toBeDefined()
})
