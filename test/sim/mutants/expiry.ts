/** What goes by itself, and overrides written past the product. */
import type { Mutant } from './mutant.ts'

export const EXPIRY: readonly Mutant[] = [
  {
    name: 'an override by hand expires',
    file: 'lib/core/shard/left-behind.ts',
    find: 'return overdue || room || expires ||',
    replace: 'return overdue || room ||',
    breaks: 'a pause that was written into an idle item is over a week later',
  },
  {
    name: 'an item expires with its starts',
    file: 'lib/use-cases/pass/write.ts',
    find: 'keptUntil(Math.max(now + rememberedFor(rateLimit), lastsUntil))',
    replace: 'keptUntil(now - 100 * rememberedFor(rateLimit) + 0 * lastsUntil)',
    breaks: 'the rate',
  },
  {
    name: 'an override by hand not noticed by a pass',
    file: 'lib/adapters/memory/states.ts',
    find: 'const overridden = !isDeepStrictEqual(now.override, state.override)',
    replace: 'const overridden = !isDeepStrictEqual(now.override, now.override)',
    breaks: 'a pass that has read the old limit claims by it',
  },
]
