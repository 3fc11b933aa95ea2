import { describe, expect, test } from 'vitest'
import { parseJob } from '../../../lib/core/job/job.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { jobItem, reason, value } from '../../support/builders.ts'

const CONFIG = defineConfig({ queues: { crm: { partition: 'task' }, plain: {} } })

describe('an item is refused with what is wrong about it:', () => {
  const { task: _task, ...noTask } = jobItem()
  const { payload: _payload, ...noPayload } = jobItem()
  test.each([
    [{ ...jobItem(), pk: 'nope|acme' }, 'there is no queue "nope"; there are: crm, plain'],
    [{ ...jobItem(), pk: 'crm' }, 'queue "crm" is partitioned: pk must be crm|<partition>'],
    [{ ...jobItem(), pk: 'crm||3' }, 'queue "crm" is partitioned'],
    [{ ...jobItem(), pk: 'plain|acme' }, 'queue "plain" is not partitioned: pk must be plain'],
    [{ ...jobItem(), sk: 'now' }, 'sk "now" is not <priority'],
    [noTask, 'task: '],
    [noPayload, 'payload: is missing'],
    [{ ...jobItem(), task: 7 }, 'task: '],
    [{ ...jobItem(), task: '' }, 'task: '],
    [{ ...jobItem(), task: 'x'.repeat(129) }, 'task: '],
    [{ ...jobItem(), attempt: 0 }, 'attempt: '],
    [{ ...jobItem(), attempt: '2' }, 'attempt: '],
    [{ ...jobItem(), meta: 'x' }, 'meta: '],
    [{ ...jobItem(), meta: { tags: new Set(['a']) } }, 'meta.tags is a set or bytes'],
    [{ ...jobItem(), payload: new Uint8Array(3) }, 'payload is a set or bytes'],
    [{ ...jobItem(), meta: null }, 'meta: '],
  ])('%o', (item, why) => {
    expect(reason(parseJob(CONFIG, item))).toContain(why)
  })
})

test.each([[null], [0], [false], [''], [[]], [{}]])('%j is a payload', (payload) => {
  expect(value(parseJob(CONFIG, jobItem({ payload }))).payload).toEqual(payload)
})

test('attributes that Sluice does not know are let be', () => {
  const item = { ...jobItem(), note: new Set(['mine']) }
  expect(value(parseJob(CONFIG, item)).item).toBe(item)
})
