/** A world before anything has happened: its clients are about to put their jobs. */
import { emptyTables } from '../../../lib/adapters/memory/tables.ts'
import type { JobItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { Config } from '../../../lib/core/queue/config.ts'
import type { Points } from '../process/points.ts'
import { carryOutRequest } from '../steps/effects.ts'
import { spawn } from '../steps/processes.ts'
import { mayNeedSweep, type World, type WorldJob } from '../world.ts'
import type { State } from './state.ts'

export const EPOCH_MS = Date.UTC(2030, 0, 31, 9)
/** A sweep comes every five minutes, and the longest recovery of these worlds takes three of them. */
const SWEEPS = 4

export async function initialState(world: World, points: Points): Promise<State> {
  const tables = emptyTables()
  // As after the queue's first job: a world begins with queues in use.
  for (const { name, shards } of Object.values(world.config.queues))
    tables.earlierShards.set(name, new Set([shards]))
  const state: State = {
    now: EPOCH_MS,
    tables,
    processes: [],
    messages: [],
    requests: [],
    left: world.faults,
    deviationsLeft: world.deviations,
    acting: undefined,
    sweepsLeft: mayNeedSweep(world) ? SWEEPS : 0,
    past: {
      isLimitSet: false,
      accepted: new Set(),
      succeeded: new Set(),
      begun: new Set(),
      starts: new Map(),
    },
    tokens: 0,
    serials: 0,
    broken: [],
  }
  const standing = world.standing.map((job) => itemOf(world.config, job))
  if (standing.length > 0) await carryOutRequest(state, 'jobs.putBatch', JSON.stringify([standing]))
  for (const jobs of world.puts) {
    const items = jobs.map((job) => itemOf(world.config, job))
    await spawn(state, points, { role: 'client', items }, { endsAt: Number.POSITIVE_INFINITY })
  }
  const { sets, pauses } = world
  if (sets) await spawn(state, points, { role: 'operator', sets }, { endsAt: Number.POSITIVE_INFINITY })
  if (pauses !== undefined)
    state.messages = [
      ...state.messages,
      { queue: 'operator', body: pauses, visibleAt: EPOCH_MS, received: 0 },
    ]
  return state
}

function itemOf(config: Config, { pk, delay_ms = 0, ...named }: WorldJob): JobItem {
  const job = { task: 'call', payload: 1, runAt: EPOCH_MS + delay_ms, ...named }
  const item = newJob(config, job, EPOCH_MS)
  if (!item.ok) throw new Error(`the job ${named.id} of a world: ${item.reason}`)
  return pk === undefined ? item.value : { ...item.value, pk: pk as ShardKey }
}
