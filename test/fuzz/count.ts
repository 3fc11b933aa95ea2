/** How many inputs a run tries; `FUZZ_FACTOR=10` for ten times as many, `FUZZ_SEED` (printed) to see a failure again. */
import { afterAll } from 'vitest'

const { FUZZ_FACTOR, FUZZ_SEED } = process.env
const factor = Number(FUZZ_FACTOR ?? 1)

/** On a machine that is busy with something else, less is tried, and the figures say so. */
const MOST_MS = 50_000

let inputs = 0
export const tried = (count: number): void => {
  inputs += count
}

/** Called once in each file: the figures of all files sum to what a run tried. */
export const reportInputs = (what: string): void =>
  afterAll(() => {
    console.log(`fuzz ${what}: ${inputs} inputs`)
  })

export const runs = (numRuns: number) => ({
  numRuns: Math.ceil(numRuns * factor),
  interruptAfterTimeLimit: MOST_MS * Math.max(1, factor),
  ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) }),
})
