/** I4: a job that a move deletes because it stands in its own lane already does stand there, or did: else it is lost. */
import type { Check } from './check.ts'
import { readPlace } from './keys.ts'

export const movedIsThere: Check = {
  name: 'I4 moved jobs',
  before(event, { truth, fail }) {
    if (event.kind !== 'effect' || event.effect.op !== 'moveWaiting' || event.effect.outcome !== 'moved')
      return
    for (const { item, next } of event.effect.moves) {
      if (next) continue
      const { id } = readPlace(item.sk)
      const isOther = (place: string) => !place.startsWith(`${item.pk}\n`) && place.endsWith(`#${id}`)
      if (![...truth.standing.keys(), ...truth.past.keys()].some(isOther))
        fail(`${item.pk} ${item.sk} is deleted, and stands nowhere else`)
    }
  },
}
