/** Whatever stands in an item, a log line stays one line of JSON, and a forged one stays inside of it. */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { fromItem } from '../../lib/adapters/dynamodb/database.ts'
import { eventsToLog } from '../../lib/adapters/events/to-log.ts'
import { powertools, powertoolsLogger } from '../../lib/adapters/powertools/logger.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import { ingest } from '../../lib/use-cases/ingest.ts'
import { judgeItem } from '../../lib/use-cases/judge.ts'
import { eventBody } from './bodies.ts'
import { fuzzContext } from './context.ts'
import { reportInputs, runs, tried } from './count.ts'
import { candidate } from './images.ts'

reportInputs('log lines')

const chunks: string[] = []
const sink = new Writable({
  write(chunk, _encoding, done) {
    chunks.push(String(chunk))
    done()
  },
})
// Powertools writes to a console of its own.
Object.assign(powertools, { console: new Console(sink, sink) })
const events = eventsToLog(powertoolsLogger(powertools))

describe('log lines', () => {
  test('are one line of JSON each, and say who speaks', async () => {
    const input = fc.oneof(candidate, eventBody)
    const property = fc.asyncProperty(input, async (given) => {
      tried(1)
      chunks.length = 0
      const context = { ...fuzzContext().context, events }
      if (typeof given === 'string') await ingest(context, given, 'm\n"1', 0)
      else await judgeItem(context, fromItem(given.image) as RawItem)
      for (const chunk of chunks) {
        expect(chunk).toMatch(/^[^\n\r]*\n$/)
        expect(JSON.parse(chunk)).toMatchObject({
          level: expect.stringMatching(/^[A-Z]+$/),
          service: 'sluice',
        })
      }
    })
    await fc.assert(property, runs(5000))
    expect(chunks.length).toBeLessThan(3)
  })
})
