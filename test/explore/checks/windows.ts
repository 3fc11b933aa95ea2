/** I2: in no window of a period do more jobs of a partition start than are allowed. */
import { queueNamed } from '../../../lib/core/queue/config.ts'
import type { State } from '../state/state.ts'
import type { World } from '../world.ts'

export function brokenWindows({ past }: State, { config }: World): string[] {
  return [...past.starts].flatMap(([partition, times]) => {
    const rate = queueNamed(config, partition.split('|')[0] ?? '')?.rateLimit
    if (!rate) return []
    const last = Math.max(...times)
    const starts = times.filter((time) => time > last - rate.period_ms).length
    return starts > rate.allowed ? [`I2 ${starts} starts of ${partition} within ${rate.period_ms} ms`] : []
  })
}
