/**
 * I9: a deploy makes, changes and removes what the configuration declares, as a set, and nothing else; and what people have said of those
 * (a pause), and how far they have ticked, survives it.
 */
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { numberIn } from './definitions.ts'
import { longestPass } from './limits.ts'
import { asOnRecord, type ScheduleOnRecord } from './schedule-lives.ts'

const APPLIERS: readonly string[] = ['tick', 'deployer']

export const declared: Check = {
  name: 'I9 what is declared',
  before(event, seen) {
    if (event.kind === 'effect' && event.effect.op === 'schedule') judge(event.effect, event.by, seen)
    if (event.kind === 'schedulesSettled') judgeSet(seen)
  },
}

function judge(
  { key, was: before, is: after }: Extract<Effect, { op: 'schedule' }>,
  { fn, version }: Invocation,
  { truth, fail }: Seen,
): void {
  const [was, is] = [asOnRecord(before), asOnRecord(after)]
  const isByPerson = fn === 'client' || fn === 'admin'
  if (!isByPerson && was?.pause && is && !is.isRemoved && !is.pause) fail(`${key} is resumed by ${fn}`)
  if (APPLIERS.includes(fn)) {
    if (!truth.limits.isAllowed(version, truth.now - longestPass(truth.plan), truth.now))
      fail(`${key} is written by version ${version}, which has been replaced`)
    if (!(was ?? is)?.declared) fail(`${key} is written by a deploy, and no configuration declares it`)
    if (was && is && lastOf(is) < lastOf(was) && !was.withdraw)
      fail(`${key} forgets its last tick by a deploy`)
  } else if (fn !== 'dispatcher' && is && was?.declared !== is.declared)
    fail(`${key} is made by somebody else, or taken`)
}

const lastOf = ({ lastAt = Number.NEGATIVE_INFINITY }: ScheduleOnRecord): number => lastAt

/** The clock's tick, and a deploy's end, have had time. */
function judgeSet({ truth, tables, fail }: Seen): void {
  const version = truth.limits.versionInForce(truth.now)
  if (version === undefined) return
  const { config } = truth.plan.versions[version] ?? truth.plan.versions[0]
  const wanted = config.schedules.declared.map(({ task, name, payload }) => [
    `${task}|${name}`,
    numberIn(payload),
  ])
  const standing = [...(tables.schedules?.values() ?? [])]
    .map(asOnRecord)
    .flatMap((item) => (item?.declared && !item.isRemoved ? [item] : []))
    .map(({ task, name, payload }) => [`${task}|${name}`, payload.definition])
  const [is, should] = [standing, wanted].map((all) => JSON.stringify(all.toSorted()))
  if (is !== should) fail(`version ${version} declares ${should}, and there are ${is}`)
}
