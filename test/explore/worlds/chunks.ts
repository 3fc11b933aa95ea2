/** A total that lies in two chunks: its unit moves from one to the other, whoever dies between two of its writes. */
import { totalOf } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { chunked } from '../../support/chunked.ts'
import { type World, worldOf } from '../world.ts'

const retry = { attempts: 2, backoff: 0 }
const configOf = (total: number) =>
  chunked(
    defineConfig({ queues: { crm: { partition: { payload: 'customer' }, concurrency: 1, total, retry } } }),
    2,
  )
const one = (id: string, partition: string) => ({ id, queue: 'crm', partition })
/** Their homes are different chunks. */
const [MINE, THEIRS] = ['x', 'y']
/** All that can happen in them would be millions of states. */
const DEVIATIONS = 3
const DEVIATIONS_BESIDE_A_FAULT = 1
const ALONE = { dispatchers: 1, workers: 1 }

const moved = (name: string, faults: Parameters<typeof worldOf>[0]['faults']): World =>
  worldOf({
    name: `a unit of two chunks${name}`,
    about: 'it goes where shards wait, and two never have it',
    config: configOf(1),
    standing: [one('a', MINE), one('b', THEIRS)],
    ...ALONE,
    deviations: name === '' ? DEVIATIONS : DEVIATIONS_BESIDE_A_FAULT,
    faults: faults ?? {},
  })

export const CHUNKS: readonly World[] = [
  moved('', {}),
  moved(', a crash', { crash: 1 }),
  moved(', a lost reply', { replyLost: 1 }),
  worldOf({
    name: 'a limit in two chunks lowered, a crash',
    about: 'units that are out stay in use, and none comes to them',
    config: configOf(2),
    standing: [one('a', MINE), one('b', THEIRS)],
    sets: { of: totalOf('crm'), concurrency: 1 },
    ...ALONE,
    deviations: DEVIATIONS_BESIDE_A_FAULT,
    faults: { crash: 1 },
  }),
]
