/**
 * I7 and liveness: once faults are off, a shard that has a due job, a slot to spare and a start to spare in its rate
 * starts something soon, whatever the others do. How long it may take: a run that died just before has to run into
 * its deadline (function timeout and skew), the next sweep has to come (5 min), a claim that was never sent has to be
 * overdue (1 min), and its message or record may still be on its way (a delay of up to 10 min, drawn before).
 */
import type { Check } from './check.ts'
import { readShard } from './keys.ts'
import { shareOf } from './limits.ts'

const SLACK_MS = 60_000
const SWEEP_MS = 300_000
/** Without faults: some calls, a wake-up in whole seconds, an invocation that starts cold. */
const CALM_MS = 8_000
const LONGEST_TRANSIT_MS = 600_000

export interface Progress extends Check {
  /** Looks at every shard; called now and then, once faults are off. */
  look(seen: Parameters<NonNullable<Check['after']>>[1]): void
  /** The longest that a shard had to wait, with all it needs but what a fault had left behind. */
  readonly slowest_ms: () => number
}

export const progress = (): Progress => {
  const idleSince = new Map<string, number>()
  let slowest_ms = 0
  return {
    name: 'I7 progress',
    slowest_ms: () => slowest_ms,
    after(event) {
      if (event.kind === 'runStarted') idleSince.delete(event.pk)
    },
    look({ truth, tables, fail }) {
      // A limit that a deploy raises is noticed by the next pass, which in an idle shard is the sweep's.
      const bound =
        truth.plan.calm && !truth.plan.deploy
          ? CALM_MS
          : truth.plan.workerTimeout_ms + SWEEP_MS + LONGEST_TRANSIT_MS + SLACK_MS
      for (const shard of new Set([...tables.jobs.keys(), ...idleSince.keys()])) {
        if (!couldStart(shard)) {
          idleSince.delete(shard)
          continue
        }
        const since = idleSince.get(shard) ?? truth.now
        idleSince.set(shard, since)
        slowest_ms = Math.max(slowest_ms, truth.now - since)
        if (truth.now - since > bound)
          fail(`${shard} could start a job for ${truth.now - since} ms and does not`)
      }

      function couldStart(shard: string): boolean {
        const { queue, partition, index = 0 } = readShard(shard)
        const count = truth.limits.shardCount(queue)
        const [limits, ...others] = truth.limits.of(shard, truth.now, truth.now)
        if (!limits || others.length > 0 || !truth.plan.configs[0].queues[queue]) return false
        const running = [...truth.running].filter((run) => run.pk === shard)
        const due = [...(tables.jobs.get(shard)?.keys() ?? [])].some((sk) => {
          const standing = truth.at(shard, sk)
          return (
            standing &&
            !standing.lineage.malformed &&
            standing.runAt + 2 * truth.plan.maxSkew_ms <= truth.now &&
            !running.some(({ id }) => id === standing.id)
          )
        })
        if (!due || limits.concurrency === 0) return false
        if (running.length >= Math.max(1, shareOf(limits.concurrency, index, count))) return false
        const { rate } = limits
        if (!rate) return true
        if (rate.allowed === 0) return false
        const span = rate.period_ms + rate.margin_ms + rate.period_ms / 10 + 2 * truth.plan.maxSkew_ms
        const counted = truth.counted.filter(
          (one) => one.partition === partition && one.at > truth.now - span,
        )
        const recent = truth.runs.filter(
          (run) => run.partition === partition && run.startedAt > truth.now - span,
        )
        return recent.length + counted.length < Math.max(1, shareOf(rate.allowed, index, count))
      }
    },
  }
}
