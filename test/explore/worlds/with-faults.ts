/** One world for each fault, and one without: beside a fault fewer other things happen, or there would be too many states. */
import { type World, worldOf } from '../world.ts'

type WorldInput = Parameters<typeof worldOf>[0]

export interface FaultyWorlds {
  readonly faults: readonly { readonly name: string; readonly faults: NonNullable<WorldInput['faults']> }[]
  readonly deviations: number
  readonly besideAFault: number
}

export const withFaults =
  ({ faults, deviations, besideAFault }: FaultyWorlds) =>
  (name: string, about: string, world: Omit<WorldInput, 'name' | 'about'>): World[] =>
    faults.map((fault) =>
      worldOf({
        ...world,
        name: `${name}${fault.name}`,
        about,
        faults: fault.faults,
        deviations: fault.name === '' ? deviations : besideAFault,
      }),
    )
