/** Options of `throttledBatch` that environment variables override. */
import * as z from 'zod'
import { ConfigurationError, EnvironmentError } from '../core/errors.ts'
import { LONGEST_MS } from '../core/limits/limits.ts'
import { describeIssues } from '../core/text/issues.ts'
import type { ThrottledOptions } from './throttled-batch.ts'
import { MOST_CONCURRENT, MOST_QUEUED } from './throttled-options.ts'

/** A number of the environment. Nothing but white space is none. */
const number = z
  .string()
  .refine((text) => text.trim() !== '' && Number.isFinite(Number(text)), 'is no number')
  .transform(Number)

/** By the end of each variable's name. */
const VARIABLES = {
  MAX_WORKERS: number.pipe(z.int().min(1).max(MOST_CONCURRENT)),
  MAX_QUEUE: number.pipe(z.int().min(0).max(MOST_QUEUED)),
  MIN_INTERVAL_S: number.pipe(
    z
      .number()
      .min(0)
      .max(LONGEST_MS / 1000),
  ),
  ERROR_THRESHOLD: number.pipe(z.number().gt(0).max(1)),
  BACKOFF_MULTIPLIER: number.pipe(z.number().gt(1).max(10)),
}
const variablesSchema = z.strictObject(VARIABLES).partial()

/**
 * Options, of which environment variables override what they say: `<prefix>_MAX_WORKERS`, `_MAX_QUEUE`, `_MIN_INTERVAL_S`
 * (seconds), `_ERROR_THRESHOLD` and `_BACKOFF_MULTIPLIER`, each of which may be missing. No other variable may begin with the prefix,
 * for a name that is misspelt would otherwise change nothing.
 * @param options as the code has them. Spread beside the result, instead, they would lose all of `adaptive` to one variable
 * @example throttledBatch(users, sendDigest, throttleFromEnvironment('DIGEST', { maxConcurrent: 5, signal }))
 * @throws EnvironmentError that names each variable that is unknown or makes no sense
 */
export function throttleFromEnvironment(
  prefix: string,
  options: ThrottledOptions = {},
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ThrottledOptions {
  if (!/^[A-Za-z]\w*$/.test(prefix))
    throw new ConfigurationError('prefix', 'it is the beginning of a variable’s name, like DIGEST')
  const result = variablesSchema.safeParse(namedBy(prefix, variables))
  if (!result.success) throw new EnvironmentError(problemsOf(prefix, result.error))
  const { MAX_WORKERS, MAX_QUEUE, MIN_INTERVAL_S } = result.data
  return {
    ...options,
    ...(MAX_WORKERS === undefined ? {} : { maxConcurrent: MAX_WORKERS }),
    ...(MAX_QUEUE === undefined ? {} : { maxQueue: MAX_QUEUE }),
    ...(MIN_INTERVAL_S === undefined ? {} : { minInterval: MIN_INTERVAL_S * 1000 }),
    ...adaptiveFrom(prefix, result.data, options.adaptive),
  }
}

/** Of a throttle that is not adaptive nothing is overridden. */
function adaptiveFrom(
  prefix: string,
  { ERROR_THRESHOLD, BACKOFF_MULTIPLIER }: z.output<typeof variablesSchema>,
  given: ThrottledOptions['adaptive'],
): Pick<ThrottledOptions, 'adaptive'> {
  const own = Object.entries({ threshold: ERROR_THRESHOLD, factor: BACKOFF_MULTIPLIER })
  const said = own.filter(([, value]) => value !== undefined)
  if (said.length === 0) return {}
  if (given === false) {
    const name = ERROR_THRESHOLD === undefined ? 'BACKOFF_MULTIPLIER' : 'ERROR_THRESHOLD'
    throw new EnvironmentError(`${prefix}_${name}: changes nothing, for the code says adaptive: false`)
  }
  return { adaptive: { ...(given === true ? {} : given), ...Object.fromEntries(said) } }
}

/** The variables with that prefix, without it. */
const namedBy = (prefix: string, variables: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      name.startsWith(`${prefix}_`) && value !== undefined ? [[name.slice(prefix.length + 1), value]] : [],
    ),
  )

function problemsOf(prefix: string, error: z.core.$ZodError): string {
  const known = Object.keys(VARIABLES).map((name) => `${prefix}_${name}`)
  const named = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${prefix}_${key}: is unknown`)
      : [`${prefix}_${describeIssues({ ...error, issues: [issue] })}`],
  )
  return `${named.join('; ')} (known are ${known.join(', ')})`
}
