/** Wake-ups must not beget more wake-ups: so many a minute for one shard are a storm, whatever else goes on. */
import type { Check } from './check.ts'

const MINUTE_MS = 60_000
const STORM = 500

export const noStorm = (): Check => {
  const delivered = new Map<string, { since: number; count: number }>()
  return {
    name: 'I7 no storm of wake-ups',
    after(event, { truth, fail }) {
      if (event.kind !== 'delivered' || event.queue !== 'wake' || event.count > 1) return
      const { shard } = JSON.parse(event.body) as { shard: string }
      const known = delivered.get(shard)
      const minute = known && truth.now - known.since < MINUTE_MS ? known : { since: truth.now, count: 0 }
      minute.count++
      delivered.set(shard, minute)
      if (minute.count > STORM) fail(`${minute.count} wake-ups of ${shard} within a minute`)
    },
  }
}
