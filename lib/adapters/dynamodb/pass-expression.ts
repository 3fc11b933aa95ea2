/** The one conditional write of a pass. */
import type { ShardState, ShardVersion } from '../../core/shard/state.ts'
import type { PassWrite } from '../../ports/store.ts'
import { fromBorrowed, fromBorrowedFrom } from './books-item.ts'
import { UpdateExpression } from './expression.ts'
import { ATTRIBUTE_OF, COUNTED } from './outcomes-item.ts'

export function passExpression(state: ShardState, change: PassWrite): UpdateExpression {
  const update = new UpdateExpression()
  update.increase(update.path('version'), 1).set(update.path('waiting'), change.waiting)
  update.set(update.path('passedBy'), change.mark)
  sameVersion(update, state)
  sameOverride(update, state)
  changeSlots(update, state, change)
  changeWindow(update, state, change)
  if (change.borrowed) update.set(update.path('borrowed'), fromBorrowed(change.borrowed))
  if (change.borrowedFrom) update.set(update.path('borrowedFrom'), fromBorrowedFrom(change.borrowedFrom))
  if (change.keepsNext === 'nothing') update.remove(update.path('keepsNext'))
  else if (change.keepsNext) update.set(update.path('keepsNext'), change.keepsNext)
  if (change.waitingAmid) update.set(update.path('waitingAmid'), true)
  else if (state.waitingAmid) update.remove(update.path('waitingAmid'))
  if (change.held.length > 0) update.set(update.path('held'), change.held)
  else if (state.held) update.remove(update.path('held'))
  // Race: somebody who does not know the queue has noted that since the state was read, which is no pass.
  update.remove(update.path('strandedSince'))
  if (change.slowed === 'over') update.remove(update.path('slowed'))
  else if (change.slowed) update.set(update.path('slowed'), change.slowed)
  if (change.throttling) {
    const { adaptive, judged } = change.throttling
    update.set(update.path('adaptive'), adaptive)
    // Others count on meanwhile.
    for (const what of COUNTED)
      if (judged[what] > 0) update.increase(update.path(ATTRIBUTE_OF[what]), -judged[what])
  }
  if (change.granted === 'over') update.remove(update.path('granted'))
  else if (change.granted) update.set(update.path('granted'), change.granted)
  for (const name of ['dueAt', 'dueShard', 'expiresAt'] as const) {
    if (change[name] === undefined) update.remove(update.path(name))
    else update.set(update.path(name), change[name])
  }
  return update
}

/** Race: another pass has claimed jobs since the state was read. */
export function sameVersion(update: UpdateExpression, { version }: ShardVersion): void {
  const path = update.path('version')
  update.condition(
    version === undefined ? `attribute_not_exists(${path})` : `${path} = ${update.value(version)}`,
  )
}

/** Race: somebody has written an override by hand since the state was read, which leaves the version as it is. */
export function sameOverride(update: UpdateExpression, { override, overrideProblem }: ShardState): void {
  if (overrideProblem) return // Nothing is claimed under it.
  const path = update.path('override')
  update.condition(
    override
      ? `${path} = ${update.value(override)}`
      : `(attribute_not_exists(${path}) OR attribute_type(${path}, ${update.value('NULL')}))`,
  )
}

/** Others change their own slots meanwhile without a new version, so each slot is set or removed by itself. */
function changeSlots(
  update: UpdateExpression,
  state: ShardState,
  { take, drop, resend, sentAt }: PassWrite,
): void {
  if (!state.initialised) update.set(update.path('slots'), take)
  else for (const [id, slot] of Object.entries(take)) update.set(update.path('slots', id), slot)
  for (const id of drop) if (!Object.hasOwn(take, id)) update.remove(update.path('slots', id))
  for (const { id, token } of resend) {
    // Race: the claim that we are about to send again has just started.
    update.condition(`${update.path('slots', id, 'token')} = ${update.value(token)}`)
    update.set(update.path('slots', id, 'sentAt'), sentAt)
  }
}

function changeWindow(update: UpdateExpression, state: ShardState, { start, forget }: PassWrite): void {
  if (!state.initialised) {
    update.set(update.path('window'), start === undefined ? {} : { [start]: 1 })
    return
  }
  if (start !== undefined) update.increase(update.path('window', start), 1)
  for (const bucket of forget) update.remove(update.path('window', bucket))
}
