/** A new bundle: when a deploy is through, or rolled back, only what was under way then goes on with the code of another one. */
import { expect } from 'vitest'
import { inForce, type Stage } from '../app/stages.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'

/** An invocation of the worker ends by its timeout (`app/app.ts`), and takes one job after the other until then. */
const UNDER_WAY_MS = 30_000

/** From when until when nothing else may begin. */
interface Reign {
  readonly stage: Stage
  readonly from: number
  until: number
}
const reigns: Reign[] = []

const endLast = (): void => {
  const last = reigns.at(-1)
  if (last) last.until = Math.min(last.until, Date.now())
}

const callsIn = ({ witness }: World, { from, until }: Reign) =>
  witness.calls.filter(({ at }) => at > from && at < until)

export const bundle: Part = {
  name: 'a new bundle',
  before: endLast,
  through: (_, stage) => {
    reigns.push({ stage, from: Date.now() + UNDER_WAY_MS, until: Number.POSITIVE_INFINITY })
  },
  judge: async (world) => {
    const others = reigns.flatMap((reign) =>
      callsIn(world, reign).filter(({ version }) => version !== inForce(reign.stage)),
    )
    expect(others).toEqual([])
    expect(reigns.flatMap((reign) => callsIn(world, reign)).length).toBeGreaterThan(0)
  },
}
