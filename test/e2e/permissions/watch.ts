/** Writes down what functions and clients call, and says what IAM would have refused of it by the template. */
import type { Call } from '../../../local/cloud.ts'
import { Permissions } from './rights.ts'

export class Watch {
  readonly #calls = new Map<string, Call>()

  /** For the cloud's option of that name. That takes time. */
  readonly call = (one: Call): void => void this.#calls.set(JSON.stringify(one), one)

  /** Each of them once. */
  get calls(): readonly Call[] {
    return [...this.#calls.values()]
  }

  forget(): void {
    this.#calls.clear()
  }

  /**
   * @param assemblies what `cdk synth` has left, of each version that was at work
   * @throws if IAM would have refused a call by each of them
   */
  judge(...assemblies: readonly string[]): void {
    const refused = assemblies.reduce(
      (left, assembly) => new Permissions(assembly).refused(left),
      [...this.calls],
    )
    if (refused.length > 0) throw new Error(`IAM would refuse ${JSON.stringify(refused)}`)
  }
}
