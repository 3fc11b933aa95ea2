/** What a shard could use if a pass came now, as far as its own item and the plain shard's show: nothing is borrowed for it. */
import { RESOURCES, type Resource } from '../limits/books.ts'
import { SLOTS_OF_A_SMALL_ITEM, type Units } from '../limits/in-force.ts'
import { PLAIN, unitsOfOneJob, unitsToBorrow } from '../limits/lending.ts'
import { mayUse, type Portion, type Usage } from '../limits/portion.ts'

/**
 * What it has, and what it could borrow that is free. What other shards have and do not use a pass would ask them for:
 * that is in nobody's books.
 */
export function unitsWithinReach(portion: Portion, usage: Usage): Units {
  const has = mayUse(portion, usage)
  const of = (resource: Resource) => has[resource] + borrowable(portion, resource)
  const [slots, starts] = RESOURCES.map(of)
  return { slots: slots ?? 0, starts: starts ?? 0 }
}

function borrowable(portion: Portion, resource: Resource): number {
  const { self } = portion
  if (self === PLAIN) return 0
  const most = SLOTS_OF_A_SMALL_ITEM * unitsOfOneJob(portion, resource, self)
  return Math.max(0, Math.min(most, unitsToBorrow(portion, resource, self)))
}
