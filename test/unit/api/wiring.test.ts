import { afterEach, expect, test, vi } from 'vitest'
import { wiringOf } from '../../../lib/api/wiring.ts'
import { defineConfig, EnvironmentError } from '../../../lib/index.ts'

const config = defineConfig({ queues: { crm: {} } })
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('a client has one wake queue, however often it needs it', () => {
  const { wake } = wiringOf({ config, wakeQueueUrl: 'http://localhost/wake' })
  expect(wake()).toBe(wake())
})

test('what people change is a line of the logger that it is given, or else of the console', () => {
  const change = { of: { queue: 'crm' }, change: { kind: 'paused' }, note: { by: 'ann' } } as const
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  wiringOf({ config }).events.emit({ kind: 'changed by hand', ...change })
  expect(info.mock.calls).toEqual([['paused', { queue: 'crm', by: 'ann' }]])
  const own = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  wiringOf({ config, logger: own }).events.emit({ kind: 'changed by hand', ...change })
  expect(own.info.mock.calls).toEqual(info.mock.calls)
})

test('a name that nobody gave is missed when it is needed, and found as soon as the environment has it', async () => {
  const { wake, store } = wiringOf({ config })
  expect(wake).toThrow(EnvironmentError)
  await expect(store.history.letters('dead|crm')).rejects.toThrow('SLUICE_HISTORY_TABLE')
  await expect(store.schedules.get('sync|nightly')).rejects.toThrow('SLUICE_SCHEDULES_TABLE')
  vi.stubEnv('SLUICE_WAKE_QUEUE_URL', 'http://localhost/wake')
  expect(wake()).toBeDefined()
})
