/** The logger of Powertools for AWS Lambda behind the port. */
import { Logger as Powertools } from '@aws-lambda-powertools/logger'
import type { Logger } from '../../ports/logger.ts'

/** JSON lines for CloudWatch. POWERTOOLS_LOG_LEVEL sets the level; INFO is the default. */
export const powertools = new Powertools({ serviceName: 'sluice' })

export const powertoolsLogger = (logger: Powertools): Logger => ({
  debug: (message, details = {}) => logger.debug(message, { ...details }),
  info: (message, details = {}) => logger.info(message, { ...details }),
  warn: (message, details = {}) => logger.warn(message, { ...details }),
  error: (message, details = {}) => logger.error(message, { ...details }),
})

/** A logger whose every line carries these keys. */
export function loggerWith(keys: Readonly<Record<string, unknown>>): Logger {
  const child = powertools.createChild()
  child.appendKeys({ ...keys })
  return powertoolsLogger(child)
}
