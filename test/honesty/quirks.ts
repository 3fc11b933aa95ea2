/**
 * Where an engine differs from memory, or from DynamoDB, and why it does not matter. The comparison itself makes no
 * exceptions for these: operations are generated so that they do not come up. Found by running it; see the git log.
 */
export interface Quirk {
  readonly engine: 'memory' | 'dynoxide' | 'DynamoDB Local' | 'DynamoDB'
  readonly what: string
  readonly why: string
}

export const QUIRKS: readonly Quirk[] = []
