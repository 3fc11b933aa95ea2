/** What goes by itself, and overrides written past the product. */
import type { Mutant } from './mutant.ts'

export const EXPIRY: readonly Mutant[] = [
  {
    name: 'an item expires with its starts',
    file: 'lib/use-cases/pass/write.ts',
    find: 'keptUntil(Math.max(now + rememberedFor(rateLimit), lastsUntil))',
    replace: 'keptUntil(now - 100 * rememberedFor(rateLimit) + 0 * lastsUntil)',
    breaks: 'the rate',
  },
]
