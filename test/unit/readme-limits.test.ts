/** README shows each limit in a few lines, and they are what `defineConfig` takes. */
import { describe, expect, test } from 'vitest'
import { type ConfigInput, defineConfig } from '../../lib/index.ts'
import { README, readmeFile } from '../support/readme.ts'

const [, written = ''] = /defineConfig\((.*)\)/s.exec(readmeFile('every-limit.ts')) ?? []
const input = new Function(`return ${written}`)() as ConfigInput

describe('the configuration that has every limit', () => {
  const config = defineConfig(input)
  const { mail, train, contacts, imports, llm, legacy, flaky } = config.queues

  test('means what its comments say', () => {
    const names = (queue: typeof mail) => queue?.limiters.map(({ name }) => name)
    expect(names(mail)).toEqual(['total|mail'])
    expect(mail?.rates).toMatchObject([
      { name: 'total|mail', rateLimit: { allowed: 100, period_ms: 10_000 } },
    ])
    expect(names(train)).toEqual(['pool|gpu'])
    expect([contacts, imports].map((queue) => queue?.rates[0]?.costs)).toEqual([
      { contacts: 1, imports: 5 },
      { contacts: 1, imports: 5 },
    ])
    expect(llm).toMatchObject({ costs: true })
    expect(legacy?.rateLimit).toMatchObject({ allowed: 1, period_ms: 200, isInterval: true })
    expect(flaky?.adaptive).toBeDefined()
  })

  test('has all that the table has for who shares a limit, and for how much', () => {
    const fields = new Set(Object.values(config.input.queues).flatMap((queue) => Object.keys(queue)))
    const inTable = [...README.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name)
    const limits = ['partition', 'concurrency', 'rateLimit', 'costs', 'total', 'guaranteed', 'pools']
    for (const name of [...limits, 'minInterval', 'adaptive']) {
      expect(inTable).toContain(name)
      expect(fields).toContain(name)
    }
  })
})

test('the number that Oban would take for an hour is said to be none', () => {
  expect(README).toContain('`3600` is 3.6 s')
  const queues = { crm: { rateLimit: { allowed: 1, period: 3600 } } }
  expect(defineConfig({ queues }).queues.crm.rateLimit?.period_ms).toBe(3600)
})
