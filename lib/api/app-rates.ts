/** The rates of apps, set at run time. Every client offers it. */
import { ConfigurationError } from '../core/errors.ts'
import { derivedNumber } from '../core/limits/app-rate.ts'
import type { Change } from '../core/limits/change.ts'
import { type AppRate, appRateSchema } from '../core/limits/derived.ts'
import { mostSlots } from '../core/limits/limits.ts'
import { noApp } from '../core/queue/apps.ts'
import type { Config } from '../core/queue/config.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { type AppRateProgress, type AppRateResult, setAppRate } from '../use-cases/operate/set-app-rate.ts'
import { type LimitsNote, toNote } from './limits-input.ts'
import { checkProgress } from './progress.ts'
import type { Wiring } from './wiring.ts'

export interface AppRateOptions {
  /** Called after every few hundred state items. */
  readonly onProgress?: (progress: AppRateProgress) => void
  readonly note?: LimitsNote
}

export interface AppRates<AppName extends string = never> {
  /**
   * Sets the rate of an app without a deploy, and computes the concurrency of each of its partitions anew; `null` goes back
   * to the configured rate. When it returns, nothing more is admitted above the new numbers. If it dies, call it again with
   * the same rate: it goes on where it was. A limit that `setLimits` has set for a partition stays in force, and a deploy
   * that changes the configured rate of the app puts that in force again. Reads the whole State table.
   * @example await client.setAppRate('hubspot', { rate: 190, frequency_s: 10 }, { onProgress: console.log })
   * @throws ConfigurationError if there is no such app, or the rate makes no sense: both before anything is written
   */
  setAppRate(app: AppName, rate: AppRate | null, options?: AppRateOptions): Promise<AppRateResult>
}

export const appRatesOf = <AppName extends string>(wiring: Wiring): AppRates<AppName> => ({
  setAppRate: async (app, given, options = {}) => {
    const { onProgress, note = {} } = checkedOptions(options)
    const { config, store, clock } = wiring
    const rate = checkedRate(config, app, given)
    const said = toNote(note)
    const context = { config, store, clock, wake: wiring.wake() }
    const result = await setAppRate(context, { app, rate, note: said, onProgress })
    const change: Change = given === null ? { kind: 'as configured' } : { kind: 'rate set', rate }
    wiring.events.emit({ kind: 'changed by hand', of: { app }, change, note: said })
    return result
  },
})

function checkedOptions(options: AppRateOptions): AppRateOptions {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError('options', 'is an object with a note and onProgress, or left out')
  checkProgress(options.onProgress)
  return options
}

function checkedRate({ apps, queues }: Config, app: string, given: AppRate | null): AppRate {
  const configured = Object.hasOwn(apps, app) ? apps[app] : undefined
  if (!configured) throw new ConfigurationError('app', noApp(apps, app))
  const parsed = appRateSchema.safeParse(given ?? configured)
  if (!parsed.success) throw toConfigurationError(parsed.error, 'rate')
  for (const queue of Object.values(queues)) {
    const { name, derivation, shards } = queue
    if (derivation?.app !== app) continue
    const slots = derivedNumber(parsed.data, derivation)
    const most = shards * mostSlots(queue)
    if (slots > most)
      throw new ConfigurationError(
        'rate',
        `it gives each partition of queue "${name}" ${slots} slots, and ${shards} shards hold at most ${most}: configure more shards`,
      )
  }
  return parsed.data
}
