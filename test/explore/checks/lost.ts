/** I4: what was accepted waits, has succeeded, or is a dead letter. */
import type { RawItem } from '../../../lib/core/job/job.ts'
import type { State } from '../state/state.ts'
import { idOf } from '../steps/effects.ts'

export function lostJobs({ tables, past }: State): string[] {
  const standing = new Set([...tables.jobs.values()].flatMap((items) => [...items.keys()].map(idOf)))
  const buried = new Set(tables.history.map(({ job }) => idOf((JSON.parse(job) as RawItem).sk)))
  return [...past.accepted]
    .filter((id) => !standing.has(id) && !past.succeeded.has(id) && !buried.has(id))
    .map((id) => `I4 ${id} is lost`)
}
