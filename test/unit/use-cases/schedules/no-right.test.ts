/**
 * What functions do that have no right to the Schedules table: so it is on the way back to a release without it, from the change of their
 * role's policy until they get that release's code. All else goes on, the error is told, and nothing is lost.
 */
import { expect, test } from 'vitest'
import { emptyState } from '../../../../lib/core/shard/state.ts'
import { TICK_AHEAD_MS } from '../../../../lib/core/times.ts'
import { applyDeclared } from '../../../../lib/use-cases/schedules/apply-declared.ts'
import { arriveSchedules } from '../../../../lib/use-cases/schedules/arrive-schedules.ts'
import { jobItem, NOW, running, SHARD } from '../../../support/builders.ts'
import type { World } from '../../../support/world.ts'
import { minutes, ranAt, standing, worldWith } from './scheduled.ts'

const REFUSED = { name: 'AccessDeniedException' } as const
const AHEAD = { kind: 'at', at: NOW + 30_000 } as const

/** IAM refuses every call. Returns what gives the right back. */
function takeRight({ context }: World): () => void {
  const { schedules } = context.store
  const granted = { ...schedules }
  for (const call of Object.keys(granted))
    Object.assign(schedules, {
      [call]: async () => {
        throw Object.assign(new Error(`not authorized to perform: ${call}`), REFUSED)
      },
    })
  return () => void Object.assign(schedules, granted)
}

test('the tick wakes what is due and fails by what was refused; the next one fires the schedules', async () => {
  const world = await worldWith({ rule: AHEAD })
  world.tables.states.set(SHARD, { ...emptyState(SHARD), version: 1, dueAt: NOW + 60_000, dueShard: '3' })
  const giveRight = takeRight(world)
  await expect(world.tick()).rejects.toMatchObject(REFUSED)
  expect(world.heard('ticked')).toEqual([{ kind: 'ticked', woken: 1, fired: 0 }])
  expect(world.takeWakes()).toMatchObject([{ shard: SHARD }])
  expect(world.counted).toEqual([])
  giveRight()
  await minutes(world, 1)
  expect(ranAt(world)).toEqual([AHEAD.at - NOW])
})

test('the sweep wakes what was left behind, says which part has failed, and the next one goes through it', async () => {
  const world = await worldWith({ rule: AHEAD })
  world.put(jobItem())
  world.tables.states.set(SHARD, {
    ...emptyState(SHARD),
    version: 1,
    initialised: true,
    slots: { job: running('t', NOW) },
  })
  const giveRight = takeRight(world)
  expect(await world.sweep()).toBe(1)
  expect(world.takeWakes()).toMatchObject([{ shard: SHARD }])
  expect(world.heard('sweep of a part failed')).toMatchObject([{ part: 'schedules', error: REFUSED }])
  expect(world.counted).toEqual([
    { name: 'ShardFailures', value: 1 },
    { name: 'Sweeps', value: 1 },
  ])
  giveRight()
  await world.sweep()
  expect(world.heard('swept').at(-1)).toMatchObject({ failed: [] })
  expect(world.tables.sweep.get('schedules')).toMatch(/^ended /)
})

test('a message that fires one comes again, and what was put by hand goes on by messages', async () => {
  const world = await worldWith({ rule: AHEAD })
  const giveRight = takeRight(world)
  await world.context.wake.send([{ fire: 0, until: NOW + TICK_AHEAD_MS, delay_ms: 0 }])
  await expect(world.wake()).rejects.toMatchObject(REFUSED)
  await arriveSchedules(world.context, ['sync|daily'])
  expect(world.heard('schedules not fired')).toMatchObject([{ fire: ['sync|daily'], error: REFUSED }])
  expect(world.takeFires()).toMatchObject([{ fire: ['sync|daily'] }])
  giveRight()
  expect(await standing(world)).toMatchObject({ nextAt: AHEAD.at })
  expect(world.dead).toEqual([])
})

test('a job of a schedule ends, and its schedule is left to the sweep', async () => {
  const world = await worldWith({ rule: AHEAD })
  await world.tick()
  world.handler = async () => {
    takeRight(world)
    return { kind: 'succeeded' }
  }
  await world.live(TICK_AHEAD_MS)
  expect(world.heard('schedule not looked at')).toMatchObject([{ schedule: 'sync|daily', error: REFUSED }])
  expect([world.jobs, world.dead, world.inFlight]).toEqual([[], [], []])
})

test('what the configuration declares is not applied, and the next tick begins anew', async () => {
  const world = await worldWith({ rule: AHEAD })
  const giveRight = takeRight(world)
  await expect(applyDeclared(world.context, 'a')).rejects.toMatchObject(REFUSED)
  giveRight()
  expect(await applyDeclared(world.context, 'a')).toBe('applied')
})
