/** What a tenant with little to do loses under a shared total if another brings ten thousand jobs, and if it is guaranteed a part. */
import { SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, shown } from '../rows.ts'
import { BACKLOG, RATIO, ratioOf, victimsBeside } from './victims.ts'

const TOTAL = 20
const GUARANTEED = 5
const VICTIM = { names: ['victim'], aSecond: 5, for_ms: 120 * SECOND_MS }

/** The p99 of 600 jobs is that of six of them: with the seeds 1 to 3 it is 1.21, 0.87 and 1.09. */
const TODAY: Goal = { atMost: 1.3 }

const NAME = 'neighbour, a total with a guarantee'

export const SHARED_TOTAL_CASES: readonly Case[] = [{ name: NAME, measure }]

async function measure(seed: number) {
  const alone = await victim(seed, 0, 0)
  const guaranteed = await victim(seed, BACKLOG, GUARANTEED)
  return [
    shown(`${NAME}: victim's p99 alone, ms`, alone),
    shown(`${NAME}: victim's p99 with ${GUARANTEED} of ${TOTAL} guaranteed, ms`, guaranteed),
    judged(`${NAME}: that by what it is alone`, ratioOf(guaranteed, alone), RATIO, TODAY),
  ]
}

/** @param backlog what the neighbour puts as it begins */
async function victim(seed: number, backlog: number, guaranteed: number): Promise<number> {
  const limits = {
    concurrency: TOTAL,
    shards: 1,
    total: TOTAL,
    ...(guaranteed > 0 ? { guaranteed: { victim: guaranteed } } : {}),
  }
  return (await victimsBeside({ seed, limits }, VICTIM, backlog)).p99_ms
}
