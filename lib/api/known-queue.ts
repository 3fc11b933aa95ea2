/** A queue by the name that people say for it. */
import { InvalidJobError } from '../core/errors.ts'
import { type Config, type QueueConfig, queueNamed } from '../core/queue/config.ts'
import { noQueue } from '../core/queue/unknown.ts'

/** @throws InvalidJobError if the configuration has none by this name, which may come from anywhere */
export function queueOf(config: Config, name: unknown): QueueConfig {
  const queue = queueNamed(config, name as string)
  if (!queue) throw new InvalidJobError(noQueue(config, name))
  return queue
}
