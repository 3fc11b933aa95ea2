/** A line on standard input deploys what has changed in the code, while the cloud runs. */
import { createInterface } from 'node:readline'
import type { Cloud } from './cloud.ts'

/** @param synth returns the folder of a new assembly, which stays as long as functions run from it */
export function updatesOnInput(
  cloud: Pick<Cloud, 'update'>,
  synth: () => Promise<string>,
  say: (text: string) => void,
): Disposable {
  const input = createInterface({ input: process.stdin })
  let last = Promise.resolve()
  input.on('line', () => {
    last = last.then(() => update())
  })
  const update = async (): Promise<void> => {
    say('Updating…')
    try {
      await cloud.update(await synth())
      say('Updated. For a moment the old functions are still at work beside the new ones.')
    } catch (error) {
      say(`Not updated: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { [Symbol.dispose]: () => input.close() }
}
