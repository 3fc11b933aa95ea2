/** Who wants to hear how far a call has come that goes through a table. */
import { ConfigurationError } from '../core/errors.ts'

/** @throws ConfigurationError if it cannot be called */
export function checkProgress(onProgress: unknown): void {
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw new ConfigurationError('options.onProgress', 'is a function, or left out')
}
