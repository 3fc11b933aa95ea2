/** Starts that are granted, put on record and taken off again, all in what somebody has read. */
import type { Grant } from './grant.ts'
import { withLength } from './room-between.ts'
import { grantKey, type RateInUse, unitsFor } from './shared-rate.ts'

interface Granting {
  readonly rates: readonly RateInUse[]
  readonly cost: number | undefined
  readonly newToken: () => string
}

export type Span = Pick<Grant, 'at' | 'until'>

export function newGrant({ rates, cost, newToken }: Granting, { at, until }: Span): Grant {
  const key = () => withLength(grantKey(until, newToken()), Math.ceil(until) - at)
  const keys = rates.map((use) => [use.name, [key(), unitsFor(use, cost)]] as const)
  return {
    at,
    until: Math.ceil(until),
    keys: Object.fromEntries(keys),
    ...(cost === undefined ? {} : { cost }),
  }
}

export const record = (rates: readonly RateInUse[], { keys }: Grant): RateInUse[] =>
  rates.map((use) => {
    const [key, units] = keys[use.name] ?? ['', 0]
    return { ...use, window: { ...use.window, [key]: units } }
  })

export const without = (rates: readonly RateInUse[], { keys }: Grant): RateInUse[] =>
  rates.map((use) => {
    const [dropped] = keys[use.name] ?? ['']
    return {
      ...use,
      window: Object.fromEntries(Object.entries(use.window).filter(([key]) => key !== dropped)),
    }
  })
