/** How much is tried: `HONESTY_RUNS` for more, `HONESTY_SEED` and `HONESTY_PATH` (both printed) to see a failure again. */
const { HONESTY_RUNS, HONESTY_SEED, HONESTY_PATH } = process.env

export const RUNS = Number(HONESTY_RUNS ?? 100)

export const parameters = {
  numRuns: RUNS,
  interruptAfterTimeLimit: 240_000,
  ...(HONESTY_SEED === undefined ? {} : { seed: Number(HONESTY_SEED) }),
  ...(HONESTY_PATH === undefined ? {} : { path: HONESTY_PATH }),
}
