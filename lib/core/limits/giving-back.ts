/** What a shard gives back after a pass, of what it has borrowed. */
import { RESOURCES, type Resource } from './books.ts'
import { isMetered } from './in-force.ts'
import type { KeptForNext } from './kept-for-next.ts'
import { PLAIN } from './lending.ts'
import { held } from './limiter.ts'
import { type Lack, ofOneJob, type Portion, type Spent, unitsHeld } from './portion.ts'

/** What it has borrowed after this pass: less, if it gives units back. Only what it does not use goes back. */
export function afterGivingBack(portion: Portion, spent: Spent, lack: Lack): Portion['borrowed'] {
  const entries = RESOURCES.flatMap((resource) => {
    const loan = portion.borrowed[resource]
    if (!loan) return []
    const target = Math.max(spent.inUse[resource], unitsToKeep(portion, spent, lack, resource))
    const back = Math.max(0, held(loan) - target)
    return [[resource, { ...loan, returned: loan.returned + back }] as const]
  })
  return Object.fromEntries(entries)
}

/**
 * Without work of its own, a shard keeps what it has until somebody waits for it, for lending costs two writes. A shard that
 * waits for a slot keeps the start that it needs then: given away, it would go round among shards that have no slots.
 */
function unitsToKeep(portion: Portion, { may, inUse }: Spent, lack: Lack, resource: Resource): number {
  if (!isMetered(portion.limits, resource)) return unitsHeld(portion, resource)
  const forNext = Math.min(may[resource], inUse[resource] + ofOneJob(portion, resource))
  if (portion.givesIdleBack) return lack.isReserved ? forNext : 0
  const othersWait = Object.keys(portion.books[resource].line).some((borrower) => borrower !== portion.self)
  if (lack[resource] || !othersWait) return may[resource]
  if (lack.isReserved) return forNext
  return resource === 'starts' && lack.slots ? Math.min(may.starts, inUse.starts + 1) : 0
}

/** The plain shard has no loan: what it keeps by the same rules is noted in its item, or it would go to others that cannot use it either. */
export function keptByPlain({ self, limits }: Portion, lack: Lack): KeptForNext | undefined {
  if (self !== PLAIN) return undefined
  if (lack.isReserved) return 'slot and start'
  return lack.slots && isMetered(limits, 'starts') ? 'start' : undefined
}
