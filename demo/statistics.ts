/** The figures of the demo's table. */
import { quantile } from '../bench/flow/statistics.ts'

/** The nearest-rank percentile; 0 of nothing. `fraction` from 0 to 1. */
export const percentile = (values: readonly number[], fraction: number): number =>
  values.length === 0 ? 0 : quantile(values, fraction)
