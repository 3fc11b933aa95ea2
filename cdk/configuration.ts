/** The configuration as it is compiled into the functions, and what tells it from others. */
import { createHash } from 'node:crypto'
import type { Config } from '../lib/core/queue/config.ts'

export const textOf = ({ input }: Config): string => JSON.stringify(input)

/**
 * How limits are kept in the State table. Functions that keep them in another way must not decide side by side, so a
 * version of Sluice that changes it counts as another configuration.
 */
const PROTOCOL = 'capacity is lent'

/** The same configuration has the same hash, in every deploy and on every machine. */
export const hashOf = (config: Config): string =>
  createHash('sha256')
    .update(`${PROTOCOL}\n${textOf(config)}`)
    .digest('hex')
    .slice(0, 16)
