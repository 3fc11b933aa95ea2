/**
 * Reads what a sweep needs of a state item, by hand: it reads a million of them, and a schema takes more time for an
 * item than all the rest. An item that is not as it should be is left to the schema, which says what is wrong with it.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { parseJobId, parseSortKey, type ShardKey, type SortKey } from '../../core/keys.ts'
import type { Held, ShardGlance, Slot, Token } from '../../core/shard/state.ts'
import { isValidInstant } from '../../core/text/instant.ts'
import { fromItem, type Item } from './database.ts'
import { toOverride, toState } from './state-item.ts'

/** `window` only because an item that lacks it beside its slots is damaged. */
const NAMES =
  'pk slots window waiting waitingAmid held dueAt loans line borrowed borrowedFrom override slowed derived expiresAt version'.split(
    ' ',
  )

/** Some of the names are reserved words. */
export const PROJECTION = {
  ProjectionExpression: NAMES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
}

/** @throws DamagedStateError that names the item and what is wrong with it */
export function toGlance(item: Item): ShardGlance {
  try {
    return read(item)
  } catch (error) {
    if (error instanceof Unexpected) return toState(item)
    throw error
  }
}

class Unexpected extends Error {}

const LEFT_TO_SCHEMA = ['loans', 'line', 'borrowed', 'borrowedFrom', 'slowed', 'derived']

function read(item: Item): ShardGlance {
  const { pk, slots, window, waiting, waitingAmid, held, dueAt, override, expiresAt } = item
  // Few items have lent or borrowed anything, are slowed down, or belong to an app: these are left to the schema.
  if (LEFT_TO_SCHEMA.some((name) => item[name])) throw new Unexpected()
  if ((slots === undefined) !== (window === undefined)) throw new Unexpected()
  if (window) for (const starts of Object.values(mapOf(window))) numberOf(starts)
  if (item['version']) integerOf(item['version'])
  const glance: ShardGlance = {
    shard: textOf(pk) as ShardKey,
    slots: slots ? slotsOf(mapOf(slots)) : {},
    waiting: waiting ? flagOf(waiting) : false,
    ...(waitingAmid ? { waitingAmid: trueOf(waitingAmid) } : {}),
    ...(held ? { held: (held.L ?? unexpected()).map(heldOf) } : {}),
    ...(dueAt ? { dueAt: numberOf(dueAt) } : {}),
    ...(expiresAt ? { expiresAt: numberOf(expiresAt) } : {}),
  }
  return override ? { ...glance, ...toOverride(fromItem({ override })['override']) } : glance
}

function heldOf(note: AttributeValue): Held {
  const { since, by } = mapOf(note)
  return { since: numberOf(since), ...(by ? { by: textOf(by) } : {}) }
}

const slotsOf = (slots: Item): Record<string, Slot> =>
  Object.fromEntries(Object.entries(slots).map(([id, slot]) => [idOf(id), slotOf(mapOf(slot))]))

function slotOf({ token, priority, runAt, fresh, others, deadline, sentAt }: Item): Slot {
  const held = {
    token: textOf(token) as Token,
    priority: integerOf(priority, 9),
    runAt: instantOf(runAt),
    ...(fresh ? { fresh: trueOf(fresh) } : {}),
    ...(others ? { others: (others.L ?? unexpected()).map(sortKeyOf) } : {}),
  }
  if (textOf(token) === '') throw new Unexpected()
  return (
    deadline ? { ...held, deadline: numberOf(deadline) } : { ...held, sentAt: numberOf(sentAt) }
  ) as Slot
}

type Attribute = AttributeValue | undefined

const idOf = (id: string): string => (parseJobId(id).ok ? id : unexpected())

const sortKeyOf = (attribute: Attribute): SortKey =>
  parseSortKey(textOf(attribute)).ok ? (textOf(attribute) as SortKey) : unexpected()

function instantOf(attribute: Attribute): number {
  const time = numberOf(attribute)
  return isValidInstant(time) ? time : unexpected()
}

const mapOf = (attribute: Attribute): Item => attribute?.M ?? unexpected()
const textOf = (attribute: Attribute): string => attribute?.S ?? unexpected()
const flagOf = (attribute: Attribute): boolean => attribute?.BOOL ?? unexpected()
const trueOf = (attribute: Attribute): true => attribute?.BOOL === true || unexpected()
const numberOf = (attribute: Attribute): number =>
  attribute?.N === undefined ? unexpected() : Number(attribute.N)

function integerOf(attribute: Attribute, most = Number.MAX_SAFE_INTEGER): number {
  const number = numberOf(attribute)
  return Number.isInteger(number) && number >= 0 && number <= most ? number : unexpected()
}

function unexpected(): never {
  throw new Unexpected()
}
