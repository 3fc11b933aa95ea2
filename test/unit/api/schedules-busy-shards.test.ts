/** Jobs that were put ahead are taken back while others are at work in their shards. */
import { describe, expect, test } from 'vitest'
import { ScheduleBusyError } from '../../../lib/index.ts'
import { fireSchedule } from '../../../lib/use-cases/schedules/fire-schedule.ts'
import { ACME, ahead, dueAt, HOURLY, type Scene, standing, sync } from './scheduling.ts'

/** Which withdrawals somebody else comes before, by their number. Returns how many jobs each of them was to take back. */
function busy({ world }: Scene, isBusy: (calls: number) => boolean): number[] {
  const { schedules } = world.context.store
  const { withdraw } = schedules
  const asked: number[] = []
  schedules.withdraw = async (withdrawal) => {
    asked.push(withdrawal.from.flatMap(({ items }) => items).length)
    return isBusy(asked.length) ? 'stale' : withdraw(withdrawal)
  }
  return asked
}

describe('a shard in which others are at work', () => {
  test('is tried again, with fewer jobs, and then with more', async () => {
    const own = await ahead({ every: '20s' })
    const { schedules } = own.world.context.store
    const { withdraw } = schedules
    const asked: number[] = []
    schedules.withdraw = async (withdrawal) => {
      asked.push(withdrawal.from.flatMap(({ items }) => items).length)
      return asked.length === 1 ? 'stale' : withdraw(withdrawal)
    }
    await own.client.unschedule(sync, 'acme')
    expect(asked).toEqual([3, 1, 2])
    expect([dueAt(own), await standing(own)]).toEqual([[], undefined])
  })

  test('is told, and the change stands', async () => {
    const own = await ahead()
    const { schedules } = own.world.context.store
    const { withdraw } = schedules
    schedules.withdraw = async () => 'stale'
    await expect(own.client.schedule(sync, 'acme', HOURLY, ACME)).rejects.toMatchObject({
      name: 'ScheduleBusyError',
    })
    schedules.withdraw = withdraw
    expect(await standing(own)).toMatchObject({ rule: { cron: '0 * * * *' } })
    expect((await own.client.schedule(sync, 'acme', HOURLY, ACME)).state).toBe('unchanged')
    expect(dueAt(own)).toEqual([])
  })

  test('is waited for as long as anything is taken back', async () => {
    const own = await ahead({ every: '1s' })
    const asked = busy(own, (calls) => calls % 6 !== 0)
    await own.client.unschedule(sync, 'acme')
    expect([dueAt(own), await standing(own)]).toEqual([[], undefined])
    expect(asked.length).toBeGreaterThan(20)
  })

  test('does not keep a firing for longer than its time', async () => {
    const own = await ahead({ every: '1s' })
    const { events, store, clock, random } = own.world.context
    let isBusy = true
    busy(own, () => isBusy)
    await expect(own.client.unschedule(sync, 'acme')).rejects.toThrow(ScheduleBusyError)
    isBusy = false
    const found = await standing(own)
    const left = found?.withdraw?.length ?? 0
    let looks = 0
    const context = { config: own.wiring.config, events, store, clock, random }
    const rest = found && (await fireSchedule(context, found, () => looks++ > 0))
    expect(rest).toMatchObject({ kind: 'later' })
    expect((await standing(own))?.withdraw).toHaveLength(left - 20)
  })

  test('does not matter for one that was made anew, since its predecessor was removed', async () => {
    const own = await ahead()
    const { schedules } = own.world.context.store
    const { remove } = schedules
    schedules.remove = async (...call) => {
      schedules.remove = remove
      await remove(...call)
      own.world.now += 1
      await own.client.schedule(sync, 'acme', HOURLY, ACME)
      return remove(...call)
    }
    expect(await own.client.unschedule(sync, 'acme')).toBe(true)
    expect(await standing(own)).toMatchObject({ rule: { cron: '0 * * * *' } })
  })
})
