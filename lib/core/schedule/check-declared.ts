/** A declared schedule of which no job can be made is refused with the configuration, and not when a deploy applies it. */
import { ConfigurationError } from '../errors.ts'
import { type Config, queueNamed } from '../queue/configured.ts'
import { definitionOf } from './definition-of.ts'

/** @throws ConfigurationError that names the path of each that makes no sense beside the rest of the configuration */
export function checkDeclared(config: Config): void {
  const [first, ...others] = config.schedules.declared.flatMap((one) => {
    const definition = definitionOf(config, { ...one, declared: true }, 0)
    if (definition.ok) return []
    const path = `schedules.declared.${one.name}${queueNamed(config, one.queue) ? '' : '.queue'}`
    return [{ path, reason: definition.reason }]
  })
  if (!first) return
  const lines = [first.reason, ...others.map(({ path, reason }) => `${path}: ${reason}`)]
  throw new ConfigurationError(first.path, lines.join('\n'))
}
