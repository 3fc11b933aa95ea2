/** Inputs that once broke something: `corpus.json`, tried first in every run, with what they broke. */
import found from './corpus.json' with { type: 'json' }

type Kind = keyof typeof found

export const corpus = (kind: Kind): (readonly [why: string, input: unknown])[] =>
  found[kind].map(({ why, input }) => [why, input] as const)
