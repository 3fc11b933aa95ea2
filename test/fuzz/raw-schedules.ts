/** Items of the Schedules table as anybody may put them: good ones, ones that are almost right, and rubbish. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { fc } from '@fast-check/vitest'
import { scheduleKey } from '../../lib/core/schedule/schedule-key.ts'
import { NOW } from '../support/builders.ts'
import { attribute, HOSTILE_TEXTS, type Image, mapOf, NUMBERS, text } from './attributes.ts'
import type { Candidate } from './images.ts'

const S = (value: string): AttributeValue => ({ S: value })
const N = (value: number | string): AttributeValue => ({ N: String(value) })

const name = fc.oneof(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((all) => /^[^\p{Cc}\p{Cs}]+$/u.test(all)),
  fc.constantFrom('__proto__', 'constructor', 'a|b', '100%', '%7C', '$partitions', ' ', '#n0', ':v0'),
)
const goodPk = fc
  .tuple(fc.constantFrom('sync', 'a|b', '__proto__'), name)
  .map(([task, own]) => scheduleKey(task, own))
const badPk = fc.oneof(
  fc.constantFrom(
    'sync',
    'sync|',
    '|a',
    '|',
    'sync|a|b',
    'sync|%61',
    'sync|100%',
    '$none',
    `sync|${'x'.repeat(2000)}`,
  ),
  text.map((all) => (all === '' ? ' ' : all)),
)

const goodRule: fc.Arbitrary<Image> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('* * * * *', '*/5 * * * * *', '0 9 * * MON', '30 2 29 2 *'),
      fc.option(fc.constantFrom('Europe/Berlin', 'America/Nuuk', 'UTC'), { nil: undefined }),
    )
    .map(([cron, zone]) => ({ cron: S(cron), ...(zone === undefined ? {} : { timeZone: S(zone) }) })),
  fc
    .tuple(fc.constantFrom(N(1000), S('1s'), S('5m'), S('366d')), fc.option(fc.boolean(), { nil: undefined }))
    .map(([every, BOOL]) => ({ every, ...(BOOL === undefined ? {} : { aligned: { BOOL } }) })),
  fc
    .constantFrom(N(NOW - 1000), N(NOW + 60_000), S('2030-01-31T09:00:00+14:00'), S('9999-12-31T23:59:59Z'))
    .map((at) => ({ at })),
)
const goodPayload = fc.oneof(
  fc.constantFrom<AttributeValue>(
    { M: { customer: S('acme') } },
    { NULL: true },
    { L: [N(1), { BOOL: true }] },
  ),
  fc.constantFrom(...HOSTILE_TEXTS).map(S),
)
const goodOption = fc.constantFrom<Image>(
  {},
  { missed: S('all'), catchUp: S('3d') },
  { overlap: S('skip') },
  { overlap: S('bufferOne'), delivery: S('exactlyOnce') },
  { delivery: S('atMostOnce') },
  { onFailure: S('commit'), priority: N(0) },
  { ttl: N(1000), tags: { M: { kind: S('x') } } },
  { pools: { M: { api: N(1) } } },
)
const shuffled = (image: Image): fc.Arbitrary<Image> => {
  const parts = Object.entries(image)
  return fc.shuffledSubarray(parts, { minLength: parts.length }).map(mapOf)
}
const good = fc
  .tuple(goodPk, goodRule, goodPayload, goodOption, fc.option(fc.nat(1023), { nil: undefined }))
  .chain(([pk, rule, payload, option, partition]) => {
    const where: Image = partition === undefined ? {} : { schedulePartition: N(partition) }
    return shuffled({ pk: S(pk), queue: S('plain'), payload, ...rule, ...option, ...where })
  })

/** All that means something in such an item, to its writer or to functions only. */
const PLACES = [
  ...[
    'pk',
    'queue',
    'payload',
    'cron',
    'timeZone',
    'every',
    'aligned',
    'at',
    'schedulePartition',
    'missed',
    'catchUp',
  ],
  ...['overlap', 'delivery', 'onFailure', 'window', 'ttl', 'priority', 'partition', 'tags', 'pools', 'cost'],
  ...[
    'task',
    'name',
    'rule',
    'options',
    'version',
    'unknownSince',
    'setAside',
    'pause',
    'withdraw',
    'isRemoved',
  ],
  ...['declared', 'chosen', 'buffered', 'lastAt', 'nextAt', 'dueIn', 'createdAt', 'updatedAt', 'ruleFrom'],
]
const value = fc.oneof(
  { weight: 3, arbitrary: attribute },
  { weight: 1, arbitrary: fc.constantFrom(...NUMBERS).map(S) },
  { weight: 1, arbitrary: fc.constantFrom(N(NOW), N(1), S('crm'), S('later'), S('1h'), { BOOL: true }) },
)
const change = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...PLACES) },
    { weight: 1, arbitrary: text.filter((all) => all !== '') },
  ),
  fc.option(value, { nil: undefined, freq: 3 }),
)
const spoiled = fc.tuple(good, fc.array(change, { minLength: 1, maxLength: 3 })).map(([image, changes]) => {
  const parts = new Map<string, AttributeValue | undefined>([...Object.entries(image), ...changes])
  const pk = parts.get('pk')
  parts.set('pk', pk && 'S' in pk && pk.S !== '' ? pk : image['pk'])
  return mapOf([...parts].flatMap(([key, part]) => (part === undefined ? [] : [[key, part] as const])))
})
const misplaced = fc.tuple(good, badPk).map(([image, pk]): Image => ({ ...image, pk: S(pk) }))
const rubbish = fc
  .tuple(
    fc.oneof(goodPk, badPk),
    fc.array(
      fc.tuple(
        text.filter((all) => all !== ''),
        value,
      ),
      { maxLength: 4 },
    ),
  )
  .map(([pk, parts]): Image => ({ ...mapOf(parts), pk: S(pk) }))

/** The due index takes only what has its keys as they have to be: DynamoDB refuses the put. */
const mayStand = ({ dueIn, nextAt }: Image): boolean =>
  (dueIn === undefined || (dueIn.S !== undefined && dueIn.S !== '')) &&
  (nextAt === undefined || nextAt.N !== undefined)

/** `good: false` says only that nobody promised. */
export const rawSchedule: fc.Arbitrary<Candidate> = fc.oneof(
  { weight: 2, arbitrary: good.map((image) => ({ image, good: true })) },
  { weight: 4, arbitrary: spoiled.filter(mayStand).map((image) => ({ image, good: false })) },
  { weight: 1, arbitrary: misplaced.map((image) => ({ image, good: false })) },
  { weight: 1, arbitrary: rubbish.map((image) => ({ image, good: false })) },
)
