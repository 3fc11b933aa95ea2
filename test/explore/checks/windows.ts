/** I2: in no window of a period do more jobs start than are allowed, of a partition, and by a rate that queues share. */
import type { State } from '../state/state.ts'
import { rateNamed } from '../steps/past.ts'
import type { World } from '../world.ts'

export function brokenWindows({ past }: State, { config }: World): string[] {
  return [...past.starts].flatMap(([name, times]) => {
    const rate = rateNamed(config, name)
    if (!rate) return []
    const last = Math.max(...times)
    const starts = times.filter((time) => time > last - rate.period_ms).length
    return starts > rate.allowed ? [`I2 ${starts} starts of ${name} within ${rate.period_ms} ms`] : []
  })
}
