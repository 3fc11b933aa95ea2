/** Bodies of SQS messages: events, work and wake-ups, right, almost right, and not even JSON. */
import { fc } from '@fast-check/vitest'
import { NOW } from '../support/builders.ts'
import { HOSTILE_TEXTS, text } from './attributes.ts'

const almostNumber = fc.constantFrom(
  0,
  -1,
  5,
  9,
  10,
  0.5,
  1e21,
  -0,
  1e-300,
  2 ** 53,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
)
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  text,
  almostNumber,
  fc.constantFrom(null, true, false, [], {}, [[[]]], { a: { b: [1] } }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Members of a right message, each of them sometimes replaced, left out or joined by a stranger. */
export const almost = (right: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.record(right),
      fc.option(fc.tuple(fc.constantFrom(...Object.keys(right), ...HOSTILE_TEXTS), anything), { freq: 2 }),
      fc.option(fc.constantFrom(...Object.keys(right)), { freq: 5 }),
    )
    .map(([message, spoiled, dropped]) => {
      const parts = Object.entries({ ...message, ...(spoiled ? { [spoiled[0]]: spoiled[1] } : {}) })
      return Object.fromEntries(parts.filter(([name, value]) => name !== dropped && value !== undefined))
    })

/** As text; JSON may hold halves of characters and keys that JavaScript does not like. */
const bodyOf = (message: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: message.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: anything.map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: message.map((value) => JSON.stringify(value).slice(0, -1)) },
    { weight: 1, arbitrary: message.map((value) => JSON.stringify(value).replaceAll('acme', '\\ud800')) },
    {
      weight: 1,
      arbitrary: message.map((value) => JSON.stringify(value).replaceAll('customer', '__proto__')),
    },
  )

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const detail = almost({
  queue: fc.constantFrom('crm', 'bulk', 'plain', 'costly', 'batched', 'nobody', 'constructor'),
  task: fc.constantFrom('sync', 'fail', 'toString'),
  payload: fc.oneof(fc.constant({ customer: 'acme' }), anything),
  meta: optional(fc.oneof(fc.constant({ tenant: 'acme' }), anything)),
  partition: optional(fc.oneof(fc.constant('acme'), text)),
  priority: optional(fc.oneof(fc.nat(9), almostNumber)),
  runAt: optional(
    fc.oneof(fc.constantFrom(NOW, '2030-01-31T08:00:00.000Z', '2030', 'tomorrow', ''), almostNumber),
  ),
  delay: optional(
    fc.oneof(fc.constantFrom('5m', '1h', 0, -1, '1.5s', '9'.repeat(400).concat('s'), ''), almostNumber),
  ),
  id: optional(fc.oneof(fc.constantFrom('a', 'constructor', 'b:1'), text)),
  ttl: optional(fc.oneof(fc.constantFrom('5m', 0, -1, '0s', '900d', 1000), anything)),
  idempotencyKey: optional(fc.oneof(fc.constantFrom('order-42', 'constructor', 'x'.repeat(257)), anything)),
  idempotencyTtl: optional(fc.oneof(fc.constantFrom('1d', '0s', '1000d', 5000), anything)),
  cost: optional(fc.oneof(fc.constantFrom(1, 2, 100, 101, 1e9), almostNumber, anything)),
  pools: optional(fc.oneof(fc.constantFrom({ api: 1 }, { api: 0 }, { constructor: 1 }), anything)),
  tags: optional(fc.oneof(fc.constantFrom({ user: 'ann' }, { user: '' }), anything)),
})
export const eventBody = bodyOf(
  almost({
    version: fc.constant('0'),
    id: fc.oneof(fc.uuid(), text),
    time: fc.constantFrom(
      '2030-01-31T08:00:00Z',
      '2030-01-31T08:00:00+02:00',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-14:00',
    ),
    'detail-type': fc.constant('sluice.enqueue'),
    detail,
    trigger: optional(text),
  }),
)

/** V8 reads JSON of any depth, and writes it only to some thousand levels. */
export const deepEvent = (depth: number): string =>
  `{"id":"e","time":"2030-01-31T08:00:00Z","detail":{"queue":"plain","task":"sync","payload":${'['.repeat(depth)}${']'.repeat(depth)}}}`

const pk = fc.oneof(
  fc.constantFrom(
    'crm|acme',
    'plain',
    'bulk|acme|3',
    'nobody',
    'crm',
    `crm|${'x'.repeat(300)}`,
    'x'.repeat(3000),
    `plain|${'é'.repeat(1100)}`,
  ),
  text,
)
const sk = fc.oneof(
  fc.constantFrom(
    '5#2030-01-31T08:00:00.000Z#a',
    '5#2030-01-31T08:00:00.000Z#constructor',
    '5#x#a',
    '0#',
    `5#2030-01-31T08:00:00.000Z#${'a'.repeat(2000)}`,
  ),
  text,
)
export const workBody = bodyOf(
  almost({
    pk,
    sk,
    token: fc.oneof(fc.constant('t0'), text),
    rate: optional(
      fc.oneof(almost({ bucket_ms: almostNumber, margin_ms: almostNumber, kept_ms: almostNumber }), anything),
    ),
    startAt: optional(fc.oneof(fc.constant(NOW), almostNumber)),
    alone: optional(fc.oneof(fc.constant(true), anything)),
    granted: optional(
      fc.oneof(
        almost({
          at: fc.oneof(fc.constant(NOW), almostNumber),
          until: fc.oneof(fc.constant(NOW + 1000), almostNumber),
          late_ms: almostNumber,
          cost: optional(almostNumber),
          settle: fc.array(
            fc.oneof(
              almost({
                limiter: fc.oneof(fc.constantFrom('pool|api', 'rate|costly'), text),
                grant: fc.oneof(fc.constant([`${NOW}.0000000001`, 1]), anything),
                bucket_ms: almostNumber,
              }),
              anything,
            ),
            { maxLength: 2 },
          ),
        }),
        anything,
      ),
    ),
  }),
)
const due = optional(fc.oneof(fc.constantFrom(NOW, NOW + 1000), almostNumber))
export const wakeBody = bodyOf(
  fc.oneof(
    almost({ shard: pk, dueAt: due }),
    almost({
      fire: fc.oneof(fc.constantFrom(0, 31), almostNumber, fc.array(fc.oneof(fc.constant('sync|a'), text))),
      cursor: optional(fc.oneof(almost({ key: text, nextAt: almostNumber }), anything)),
      dueAt: due,
      until: due,
    }),
  ),
)
