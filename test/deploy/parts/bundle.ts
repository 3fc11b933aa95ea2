/** A new bundle: when a deploy is through, or rolled back, nothing of another one begins. */
import { expect } from 'vitest'
import { inForce } from '../app/stages.ts'
import type { Part } from './part.ts'

let returnedAt = 0

export const bundle: Part = {
  name: 'a new bundle',
  returned: () => {
    returnedAt = Date.now()
  },
  after: async ({ witness }, stage) => {
    const since = witness.calls.filter(({ at }) => at > returnedAt)
    expect(since.filter(({ version }) => version !== inForce(stage))).toEqual([])
  },
}
