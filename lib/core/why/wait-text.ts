/** For what a job has waited, in a line for people. */
import type { Wait } from '../job/job.ts'
import { secondsText } from '../text/seconds.ts'

/**
 * One line, the longest part first. What is missing of the whole is the way to the worker.
 * @param wait a dead letter, or a line of the log
 * @example waitText(letter)
 * // waited 4.2 s: 3.1 s slots, 1 s pool crm
 */
export function waitText({ waited_ms, waits_ms = {} }: Wait): string {
  if (waited_ms === undefined) return 'nobody knows how long it waited'
  const parts = Object.entries(waits_ms)
    .toSorted(([, one], [, other]) => other - one)
    .map(([by, time_ms]) => `${secondsText(time_ms)} ${by.replace('|', ' ')}`)
  return [`waited ${secondsText(waited_ms)}`, ...(parts.length > 0 ? [parts.join(', ')] : [])].join(': ')
}
