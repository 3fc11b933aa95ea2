/**
 * Tokens and versions are compared for equality and nothing else, so states that differ only in what they are called are
 * one state. An execution knows them by the order in which it met them; a world by the order in which they are written.
 */

const NAME = /~(\d+)~|"version":(\d+)/g

/** What an execution calls 0, 1, 2, … is called this in the world. */
export interface Names {
  readonly tokens: readonly number[]
  readonly versions: readonly number[]
}

export const NO_NAMES: Names = { tokens: [], versions: [] }

const mapped = (text: string, token: (name: number) => number, version: (name: number) => number): string =>
  text.replace(NAME, (_, one: string | undefined, other: string | undefined) =>
    one === undefined ? `"version":${version(Number(other))}` : `~${token(Number(one))}~`,
  )

/** The text by the names that an execution has, and what it then knows. */
export function toLocal(text: string, known: Names): { readonly text: string; readonly names: Names } {
  if (!text.includes('~') && !text.includes('"version"')) return { text, names: known }
  const tokens = [...known.tokens]
  const versions = [...known.versions]
  const local = mapped(text, placeIn(tokens), placeIn(versions))
  return { text: local, names: { tokens, versions } }
}

/** Adds what is new. */
const placeIn = (names: number[]) => (name: number) => {
  const place = names.indexOf(name)
  return place === -1 ? names.push(name) - 1 : place
}

const found = (names: readonly number[], place: number): number => {
  const name = names[place]
  if (name === undefined) throw new Error(`an execution speaks of name ${place}, and knows ${names.length}`)
  return name
}

export const toWorld = (text: string, { tokens, versions }: Names): string =>
  mapped(
    text,
    (token) => found(tokens, token),
    (version) => found(versions, version),
  )

/** The same for all texts that differ in names only. */
export const inOrder = (text: string): string => mapped(text, placeIn([]), placeIn([]))
