/** What zod found wrong, for people. */
import type * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { oneLine } from './clip.ts'

/** On one line: `rateLimit.allowed: expected number; …`. */
export const describeIssues = ({ issues }: z.core.$ZodError): string => issues.map(describeIssue).join('; ')

/** Of a name that is none zod itself says only that it is a key of a record. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0] ?? issue).message : issue.message

const describeIssue = (issue: z.core.$ZodIssue): string => {
  const { path } = issue
  const problem = messageOf(issue).replace(/^Invalid input: /, '')
  return oneLine(path.length > 0 ? `${path.map(String).join('.')}: ${problem}` : problem)
}

/** A line for each mistake. The error names the path of the first one, or `whole` for a mistake of the whole. */
export function toConfigurationError({ issues }: z.core.$ZodError, whole: string): ConfigurationError {
  const lines = issues.map((issue) => [issue.path.map(String).join('.') || whole, messageOf(issue)] as const)
  const [[path, message] = [whole, 'is not valid'], ...others] = lines
  return new ConfigurationError(path, [message, ...others.map((line) => line.join(': '))].join('\n'))
}
