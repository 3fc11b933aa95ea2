/** Real time and real random numbers. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Token } from '../../core/shard/state.ts'
import type { Clock, Random } from '../../ports/clock.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (delay_ms) => void (await sleep(delay_ms)),
}

/** 48 random bits in 8 characters: tokens only have to differ among the claims of one job. */
export const systemRandom: Random = {
  number: () => Math.random(),
  token: () => randomBytes(6).toString('base64url') as Token,
}
