/** Counts for CloudWatch, as lines of the log: no call, nothing to wait for, no right to have. */
import { Metrics as Powertools } from '@aws-lambda-powertools/metrics'
import type { Metrics } from '../../ports/metrics.ts'

/**
 * All functions of one Sluice count into the same metrics; by the name of the State table, which all of them know, those of
 * two Sluices in one account differ. The alarms of `cdk/shard-alarms.ts` ask for these dimensions.
 */
export const powertoolsMetrics = (stateTable = process.env['SLUICE_STATE_TABLE']): Powertools =>
  new Powertools({
    namespace: 'Sluice',
    serviceName: 'sluice',
    defaultDimensions: { StateTable: stateTable ?? 'unknown' },
  })

const own = powertoolsMetrics()

export const metricsOn = (powertools: Powertools): Metrics => ({
  count: (name, value) => void powertools.addMetric(name, 'Count', value),
})

export const metrics = metricsOn(own)

/** Writes down what an invocation has counted when it ends, however it ends; nothing, if it has counted nothing. */
export function publishMetrics(powertools = own) {
  const publish = () => {
    if (powertools.hasStoredMetrics()) powertools.publishStoredMetrics()
  }
  return { after: publish, onError: publish }
}
