/** Which rules an event goes to. */
import type { Rule } from '../resources/rules.ts'
import type { Stack } from '../resources/stack.ts'
import { scheduledEvent } from '../sources/schedule.ts'
import type { Delivery } from './delivery.ts'
import type { Accepted } from './entries.ts'

/** Hands an accepted event to every rule of its bus that wants it. */
export function route(
  { buses, rules }: Stack,
  delivery: Delivery,
  notice: (text: string) => void,
  accepted: Accepted,
) {
  const { bus, event } = accepted
  if (!buses.includes(bus)) notice(`An event was put on the bus "${bus}", which does not exist`)
  for (const rule of rules) {
    if (rule.enabled && rule.bus === bus && rule.matches?.(event)) void delivery.deliver(rule, event)
  }
}

/** As its schedule would. Resolves when its targets have it. */
export async function fireRule({ rules, region }: Stack, delivery: Delivery, id: string): Promise<void> {
  const rule = findRule(rules, id)
  await delivery.deliver(rule, scheduledEvent(rule, region, Date.now()))
}

function findRule(rules: Rule[], id: string): Rule {
  const found =
    rules.find(({ name }) => name === id) ?? rules.find(({ logicalId }) => logicalId.startsWith(id))
  if (found) return found
  throw new Error(
    `There is no rule "${id}". There are: ${rules.map(({ logicalId }) => logicalId).join(', ')}.`,
  )
}
