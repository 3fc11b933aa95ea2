/** A change as `decide` could have made it from a state: slots that are there are dropped or sent again, others taken. */
import { isRunning, type ShardState, type Slots, slotEntries } from '../../lib/core/shard/state.ts'
import type { PassWrite } from '../../lib/ports/store.ts'
import { claimed, NOW, running } from '../support/builders.ts'
import { borrowedOf } from './books-of.ts'
import { at, bit, type Intent } from './intent.ts'
import { BUCKETS, type Names, TIMES } from './names.ts'

export function passOf(state: ShardState, { bits, time, token, other }: Intent, names: Names): PassWrite {
  const drop = slotEntries(state.slots).flatMap(([id], n) => (bit(bits, n % 3) ? [id] : []))
  const live = slotEntries(state.slots).filter(([id]) => !drop.includes(id))
  const resend = live.flatMap(([id, slot], n) =>
    !isRunning(slot) && bit(bits, 3 + (n % 2)) ? [{ id, token: slot.token }] : [],
  )
  const free = names.ids.filter((id) => !live.some(([held]) => held === id))
  const start = bit(bits, 5) ? at(BUCKETS, time) : undefined
  const dueAt = bit(bits, 6) ? at(TIMES, time) : undefined
  return {
    take: takeOf(free, bits, token),
    mark: `m${bits}-${time}-${token}-${other}`,
    drop,
    resend,
    sentAt: NOW + other,
    forget: bit(bits, 10) ? Object.keys(state.window).filter((bucket) => bucket !== start) : [],
    waiting: bit(bits, 7),
    waitingAmid: bit(bits, 2),
    held: bit(bits, 9) ? [{ since: NOW + other, by: 'slots' }, { since: NOW + other + 1 }] : [],
    ...(bit(bits, 4) ? { borrowed: borrowedOf(state, token, other) } : {}),
    ...(bit(bits, 8) ? { keepsNext: bit(bits, 3) ? 'nothing' : 'start' } : {}),
    ...(start === undefined ? {} : { start }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(dueAt !== undefined && bit(bits, 8) ? { dueShard: String(bits % 3) } : {}),
    ...(bit(bits, 9) ? { expiresAt: 2_000_000_000 + bits } : {}),
  }
}

const takeOf = (free: readonly string[], bits: number, token: number): Slots =>
  Object.fromEntries(
    free
      .filter((_, n) => bit(bits, (n + token) % 12))
      .map((id, n) => [id, bit(bits, 11) && n === 0 ? running(`t${token}`) : claimed(`t${token}`, NOW - n)]),
  )
