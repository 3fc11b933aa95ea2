/**
 * A job that was done in a queue with history is remembered before it is gone, as done; what is remembered in the end is what has become
 * of it; and what it waited for adds up to no more than what it waited. Where that could not be written, nobody says so.
 */
import type { EndedRecord } from '../../../lib/core/job/ended-job.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { readShard } from './keys.ts'
import type { Lineage, Standing } from './lineage.ts'
import type { Truth } from './truth.ts'

/** Of each queue's ids the ended ones are spread over so many keys. */
const KEYS = 16

/** All that has borne one id in one partition. */
interface Namesakes {
  readonly lineages: Set<Lineage>
  /** Who has ended the last of them. */
  by?: Invocation
  readonly of: Pick<Standing, 'pk' | 'id'>
}

export const remembered = (): Check => {
  /** Invocations that could not, or may not, have written what they had to say. */
  const unsaid = new Set<Invocation>()
  const all = new Map<string, Namesakes>()
  return {
    name: 'I4 remembered',
    before(event, seen) {
      if (event.kind === 'fault' && isUnsaid(event)) unsaid.add(event.by)
      if (event.kind !== 'effect') return
      const { effect, by } = event
      if (effect.op === 'rememberEnded') judgeRecord(effect.record, seen)
      for (const standing of endedBy(effect, seen.truth)) {
        if (!hasHistory(seen.truth, standing)) continue
        add(all, standing).by = by
        if (effect.op === 'remove' && !unsaid.has(by)) judgeDone(standing, seen)
      }
    },
    after(event, { truth }) {
      if (event.kind !== 'effect') return
      for (const item of putBy(event.effect)) {
        const standing = truth.at(item.pk, item.sk)
        if (standing && hasHistory(truth, standing)) add(all, standing)
      }
    },
    finally(seen) {
      for (const namesakes of all.values()) judgeEnd(namesakes, unsaid, seen)
    },
  }
}

/**
 * A transaction that the SDK sends again has the token of the first one, and so its answer. Here it finds its work done, and takes it for
 * another's.
 */
const isUnsaid = ({ op, fault }: { readonly op: string; readonly fault: string }): boolean =>
  fault === 'sentTwice' ? op === 'bury' || op === 'endWaiting' : op === 'rememberEnded'

function add(all: Map<string, Namesakes>, { pk, id, lineage }: Standing): Namesakes {
  const name = `${readShard(pk).partition} ${id}`
  const namesakes = all.get(name) ?? { lineages: new Set(), of: { pk, id } }
  namesakes.lineages.add(lineage)
  all.set(name, namesakes)
  return namesakes
}

const hasHistory = ({ plan }: Truth, { pk }: Pick<Standing, 'pk'>): boolean => {
  const { queue } = readShard(pk)
  return plan.versions.some(({ config }) => config.queues[queue]?.history_ms !== undefined)
}

/** The jobs that an operation ends. */
function endedBy(effect: Effect, truth: Truth): Standing[] {
  const keys =
    (effect.op === 'remove' && effect.outcome === 'removed') ||
    (effect.op === 'bury' && effect.outcome === 'buried')
      ? [effect.key]
      : effect.op === 'endWaiting' && effect.outcome === 'ended'
        ? effect.burials.map(({ item }) => item)
        : []
  return keys.flatMap(({ pk, sk }) => truth.at(pk, sk) ?? [])
}

function putBy(effect: Effect): readonly { readonly pk: string; readonly sk: string }[] {
  if (effect.op === 'put' || effect.op === 'overwrite') return [effect.item]
  return effect.op === 'swap' ? [effect.next] : []
}

function recordOf({ pk, id }: Namesakes['of'], { tables }: Seen): EndedRecord | undefined {
  const [queue = '', partition = ''] = pk.split('|')
  const places = Array.from({ length: KEYS }, (_, n) => `ended|${queue}|${partition}|${n}\n${id}`)
  return places.map((place) => tables.ended.get(place)).find((record) => record !== undefined)
}

function judgeRecord({ pk, sk, waited_ms = 0, waits_ms = {} }: EndedRecord, { truth, fail }: Seen): void {
  const sum = Object.values(waits_ms).reduce((total, one) => total + one, 0)
  if (sum > waited_ms + 2 * truth.plan.maxSkew_ms)
    fail(
      `${pk} ${sk} has waited ${waited_ms} ms, and ${sum} ms for what held it: ${JSON.stringify(waits_ms)}`,
    )
}

/** What ended while it ran, under the same id, is what is remembered. */
function judgeDone(standing: Standing, seen: Seen): void {
  const { pk, sk, attempts } = standing
  const record = recordOf(standing, seen)
  if (!record) {
    seen.fail(`${pk} ${sk} is done, and nobody remembers it`)
    return
  }
  const begun = Math.min(...attempts.map(({ startedAt }) => startedAt)) - 2 * seen.truth.plan.maxSkew_ms
  if (record.endedAt < begun) seen.fail(`${pk} ${sk} is done, and an earlier job with its id is remembered`)
  if (record.ending === 'done' && record.startedAt === undefined)
    seen.fail(`${pk} ${sk} is done, and nobody knows when it began`)
}

/** Twins are left alone, and what somebody has put in a job's place. An item that never was a job is not remembered. */
function judgeEnd({ lineages, of, by }: Namesakes, unsaid: ReadonlySet<Invocation>, seen: Seen): void {
  const [lineage, ...others] = lineages
  if (!lineage?.end || others.length > 0 || lineage.malformed) return
  if (['replaced', 'withdrawn', 'superseded'].includes(lineage.end)) return
  if (by && (unsaid.has(by) || seen.truth.troubled.has(by))) return
  const record = recordOf(of, seen)
  if (record?.ending !== lineage.end)
    seen.fail(
      `${of.pk} ${of.id} has ended as ${lineage.end}, and is remembered as ${record?.ending ?? 'nothing'}`,
    )
}
