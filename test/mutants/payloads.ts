/** Payloads that are kept outside of their items. */
import type { TestedMutant } from './mutant.ts'

const LIFE = ['test/unit/use-cases/kept-payloads.test.ts'] as const

export const PAYLOADS: readonly TestedMutant[] = [
  {
    name: 'the item of an event put without its payload',
    file: 'lib/use-cases/ingest.ts',
    find: '  await keepPayload(context, placed.value)\n',
    replace: '',
    breaks: 'a job whose payload is nowhere',
    tests: LIFE,
  },
  {
    name: 'objects put after the items that name them',
    file: 'lib/use-cases/enqueue-many.ts',
    find: '  const failed = await keepAll(payloads, jobs)\n',
    replace: '  const failed = new Map<PayloadKey, unknown>()\n  void keepAll\n',
    breaks: 'a job whose payload is nowhere',
    tests: ['test/unit/use-cases/enqueue-many.test.ts'],
  },
  {
    name: 'a payload believed without its digest',
    file: 'lib/core/job/place-payload.ts',
    find: '  if (!isTextOf(key, text))\n',
    replace: '  if (!isTextOf(key, text) && text === key)\n',
    breaks: 'a handler gets what somebody has put over a payload',
    tests: ['test/unit/core/place-payload.test.ts'],
  },
  {
    name: 'a key of any form',
    file: 'lib/core/job/payload-key.ts',
    find: 'const KEY = /^([1-9]\\d*)d\\/[0-9a-f]{64}$/',
    replace: 'const KEY = /^([1-9]\\d*)d\\/.*$/',
    breaks: 'a worker reads what a stranger names',
    tests: ['test/unit/core/payload-key.test.ts'],
  },
  {
    name: 'a payload never put again',
    file: 'lib/use-cases/kept-payloads.ts',
    find: '  if (needsRenewal(key, putAt, context.clock.now())) await context.payloads.put(key, text)\n',
    replace: '  void [needsRenewal, putAt, text]\n',
    breaks: 'a dead letter outlives its payload',
    tests: LIFE,
  },
  {
    name: 'a payload that cannot be read spends an attempt',
    file: 'lib/use-cases/attempt/fetch-payload.ts',
    find: "  problem: { kind: 'unknown', reason: `the",
    replace: "  problem: { kind: 'refused', reason: `the",
    breaks: 'an outage of S3 makes dead letters',
    tests: LIFE,
  },
  {
    name: 'a retry that forgets where its payload is',
    file: 'lib/core/job/content.ts',
    find: '  ...(payloadKey === undefined ? { payload } : { payloadKey }),\n',
    replace: '  ...(payloadKey === undefined ? { payload } : { payload, payloadKey }),\n',
    breaks: 'the second attempt of a large job is refused, or larger than an item may be',
    tests: LIFE,
  },
]
