/** What was said of a schedule, by the number that its jobs carry. */
import type { ScheduleOptionsInput } from '../../../lib/core/schedule/options-input.ts'
import type { RuleInput } from '../../../lib/core/schedule/rule-input.ts'
import type { Plan } from '../workloads/plan.ts'

export interface Said {
  readonly rule: RuleInput
  readonly options: ScheduleOptionsInput
}

export function definitionIn({ schedules, versions }: Plan, number: number): Said | undefined {
  const dynamic = schedules?.definitions[number]
  if (dynamic) return dynamic
  const declared = versions
    .flatMap(({ config }) => config.schedules.declared)
    .find(({ payload }) => numberIn(payload) === number)
  return declared && { rule: declared.rule as RuleInput, options: declared.options as ScheduleOptionsInput }
}

export const numberIn = (payload: unknown): number => (payload as { readonly definition: number }).definition
