import type { Rule } from '../resources/rules.ts'
import type { Accepted } from './entries.ts'

/** Which rules an accepted event goes to. */
export function matchingRules(rules: Rule[], { bus, event }: Accepted): Rule[] {
  return rules.filter((rule) => rule.enabled && rule.bus === bus && rule.matches?.(event) === true)
}
