/**
 * By which seed each mutant dies, so that all of them are seen to die in minutes. A seed draws another world when the workloads change:
 * one that finds its mutant no more is stale, and `npm run sim:mutants -- --keep` puts one that does in its place.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('./known-seeds.json', import.meta.url)

export type KnownSeeds = Readonly<Record<string, number>>

export const readKnownSeeds = (): KnownSeeds => JSON.parse(readFileSync(FILE, 'utf8'))

/** Names are sorted, so that those who add mutants on two branches do not meet in one line. */
export function keepSeed(name: string, seed: number): void {
  const all = Object.entries({ ...readKnownSeeds(), [name]: seed })
  const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}
