/** What zod found wrong, on one line that a person can read: `rateLimit.allowed: expected number; …`. */
import type * as z from 'zod'
import { oneLine } from './clip.ts'

export const describeIssues = ({ issues }: z.core.$ZodError): string => issues.map(describeIssue).join('; ')

const describeIssue = ({ path, message }: z.core.$ZodIssue): string => {
  const problem = message.replace(/^Invalid input: /, '')
  return oneLine(path.length > 0 ? `${path.map(String).join('.')}: ${problem}` : problem)
}
