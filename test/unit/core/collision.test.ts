import { describe, expect, test } from 'vitest'
import { holdsKey, isReplaceable, successorOf } from '../../../lib/core/job/collision.ts'
import { delayOf, onlyOne } from '../../../lib/core/job/one-only.ts'
import { asShard, jobItem, NOW, sortKey, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const only = (options: object, item = jobItem({ id: 'new' })) => onlyOne(untyped(options), item, 'mark', NOW)

test.each<[object, string]>([
  [{ unique: { key: 'a', while: 'running' } }, 'unique.while "running" is neither'],
  [{ unique: { key: 'a', onCollision: 'cancel' } }, 'unique.onCollision "cancel" is neither'],
  [{ unique: { key: 'a', ttl: 1 } }, 'unique.ttl means nothing'],
  [{ unique: null }, 'unique.key'],
  [{ debounce: { key: '', wait: 1 } }, 'debounce.key'],
  [{ debounce: { key: 'x'.repeat(257), wait: 1 } }, 'debounce.key'],
  ...['', 'soon', 0, -1, null, undefined, Number.NaN, '366d'].map((wait): [object, string] => [
    { debounce: { key: 'a', wait } },
    'debounce.wait',
  ]),
  ...['1ms', 'soon', null, '366d'].map((max): [object, string] => [
    { debounce: { key: 'a', wait: '1s', max } },
    'debounce.max',
  ]),
  [{ debounce: { key: 'a', wait: 1 }, unique: true }, 'without unique'],
  [{ debounce: { key: 'a', wait: 1 }, idempotencyKey: 'a' }, 'without unique'],
])('%j is refused', (options, why) => {
  expect(only(options)).toEqual({ ok: false, reason: expect.stringContaining(why) })
})

test.each([
  [{ debounce: null }, 'debounce is'],
  [{ debounce: 'a' }, 'debounce is'],
  [{ debounce: { key: 'a', wait: 1 }, delay: 1 }, 'without delay'],
  [{ debounce: { key: 'a', wait: 1 }, runAt: NOW }, 'without delay'],
])('as the options of a job %j are refused', (options, why) => {
  expect(delayOf(untyped(options))).toEqual({ ok: false, reason: expect.stringContaining(why) })
})

test('the default rule asks for nothing of the job that is there', () => {
  for (const unique of [true, { key: 'a' }, { key: 'a', while: 'unfinished', onCollision: 'skip' }])
    expect(value(only({ unique })).collision).toBeUndefined()
})

describe('a successor', () => {
  const rule = { debounce: { key: 'a', wait: '10s', max: '25s' } }
  const successor = (since: number, item = jobItem({ id: 'new' }), found = jobItem({ id: 'old' })) => {
    const { lock, collision } = value(only(rule, item))
    if (!lock || !collision) throw new Error('a lock')
    return successorOf(found, { ...lock, since }, { item, lock }, collision)
  }

  test('has the id that is there, and its own payload, priority and time', () => {
    const next = successor(NOW - 1000, jobItem({ id: 'new', priority: 2, payload: { n: 2 } }))
    expect(next?.next).toMatchObject({
      sk: sortKey({ id: 'old', priority: 2, runAt: NOW + 10_000 }),
      payload: { n: 2 },
    })
    expect(next?.lock).toMatchObject({ since: NOW - 1000, mark: 'mark', job: { sk: next?.next.sk } })
  })

  test('stays in the shard of its partition, and goes into the lane that is its own', () => {
    const pkAfter = (was: string, wants: string) =>
      successor(NOW, jobItem({ id: 'new', pk: asShard(wants) }), jobItem({ id: 'old', pk: asShard(was) }))
        ?.next.pk
    const [gpu, gpuTwice] = ['crm|acme|3+pool.gpu', 'crm|acme|+pool.gpu*2']
    expect(pkAfter('crm|acme|7', 'crm|acme')).toBe('crm|acme|7')
    expect(pkAfter(gpu, 'crm|acme|+pool.gpu')).toBe(gpu)
    expect([pkAfter(gpu, 'crm|acme'), pkAfter('crm|acme', gpu)]).toEqual(['crm|acme', gpu])
    expect(pkAfter(gpu, gpuTwice)).toBe(gpuTwice)
  })

  test('starts at the latest `max` after the first', () => {
    expect(successor(NOW - 20_000)?.next.sk).toBe(sortKey({ id: 'old', runAt: NOW + 5000 }))
    expect(successor(NOW - 60_000)?.next.sk).toBe(sortKey({ id: 'old', runAt: NOW - 35_000 }))
  })

  test('expires as much later as it starts', () => {
    const next = successor(NOW, { ...jobItem({ id: 'new', runAt: NOW }), startBefore: NOW + 1000 })
    expect(next?.next.startBefore).toBe(NOW + 11_000)
  })

  test('stays in the shard of its partition, and goes to another’s', () => {
    const [one, seven] = [asShard('crm|acme|1'), asShard('crm|acme|7')]
    expect(successor(NOW, jobItem({ pk: one }), jobItem({ pk: seven }))?.next.pk).toBe(seven)
    expect(successor(NOW, jobItem({ pk: one }), jobItem({ pk: asShard('crm|b|7') }))?.next.pk).toBe(one)
  })
})

test('a job that somebody has cancelled ends as such: it is not replaced, and another may have its key', () => {
  const { collision } = value(only({ unique: { key: 'a', while: 'waiting', onCollision: 'replace' } }))
  if (!collision) throw new Error('there is a rule')
  const cancelled = { ...jobItem(), cancellation: { by: 'ann', at: NOW } }
  expect([isReplaceable(collision, jobItem(), false), holdsKey(collision, jobItem(), false)]).toEqual([
    true,
    true,
  ])
  expect([isReplaceable(collision, cancelled, false), holdsKey(collision, cancelled, false)]).toEqual([
    false,
    false,
  ])
})
