/** A new bundle: when a deploy is through, or rolled back, nothing of another one begins. */
import { expect } from 'vitest'
import { inForce } from '../app/stages.ts'
import type { Part } from './part.ts'

let throughAt = 0

export const bundle: Part = {
  name: 'a new bundle',
  through: () => {
    throughAt = Date.now()
  },
  after: async ({ witness }, stage) => {
    const since = witness.calls.filter(({ at }) => at > throughAt)
    expect(since.filter(({ version }) => version !== inForce(stage))).toEqual([])
  },
}
