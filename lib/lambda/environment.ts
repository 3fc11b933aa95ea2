/** What the construct tells its functions. Read once, here and nowhere else. */
import * as z from 'zod'
import { EnvironmentError } from '../core/errors.ts'
import { type Config, defineConfig } from '../core/queue/config.ts'

const environmentSchema = z.object({
  SLUICE_JOBS_TABLE: z.string().min(1),
  SLUICE_STATE_TABLE: z.string().min(1),
  SLUICE_HISTORY_TABLE: z.string().min(1),
  SLUICE_SCHEDULES_TABLE: z.string().min(1),
  SLUICE_WORK_QUEUE_URL: z.url(),
  SLUICE_WAKE_QUEUE_URL: z.url(),
  SLUICE_PAYLOADS_BUCKET: z.string().min(1),
})

export type Environment = z.infer<typeof environmentSchema>

/**
 * The named variables; a function is given only those that it needs.
 * @throws EnvironmentError that names what is missing
 */
export function readEnvironment<const Name extends keyof Environment>(
  names: readonly Name[],
  variables: NodeJS.ProcessEnv = process.env,
): Pick<Environment, Name> {
  const { shape } = environmentSchema
  const wanted = z.object(Object.fromEntries(names.map((name) => [name, shape[name]])))
  const result: z.ZodSafeParseResult<unknown> = wanted.safeParse(variables)
  if (result.success) return result.data as Pick<Environment, Name>
  const missing = result.error.issues.map(({ path }) => path.join('.')).join(', ')
  throw new EnvironmentError(
    `${missing}: not set, or not valid. The construct sets it for its functions; the client takes it as an option too (the stack's outputs have the values)`,
  )
}

/** A variable that may be missing. */
export const nameInEnvironment = (name: keyof Environment): string | undefined =>
  process.env[name] || undefined

/** What tells the configuration of this bundle from those of other deployments. */
export function readConfigHash(): string {
  const hash = process.env['SLUICE_CONFIG_HASH']
  if (hash) return hash
  throw new EnvironmentError('SLUICE_CONFIG_HASH is not set: bundle the function with the Sluice construct')
}

/** The configuration that the construct compiled into the bundle. */
export function readConfig(): Config {
  const text = process.env['SLUICE_CONFIG']
  if (!text)
    throw new EnvironmentError('SLUICE_CONFIG is not set: bundle the function with the Sluice construct')
  return defineConfig(parseConfig(text))
}

function parseConfig(text: string) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new EnvironmentError('SLUICE_CONFIG is not JSON: bundle the function with the Sluice construct', {
      cause,
    })
  }
}
