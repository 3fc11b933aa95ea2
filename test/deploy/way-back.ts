/**
 * What IAM may refuse while the release is brought back, by hand or because the change has failed. A function depends on the policy of its
 * role, so CloudFormation takes the right to a table that the release does not have before the function gets the release's code.
 * What the newer code does there in between is refused: on AWS until the function is updated, which takes it seconds; on the
 * emulator to an invocation that is under way. It loses nothing: `test/unit/use-cases/schedules/no-right.test.ts`.
 */
import type { World } from './world.ts'

/**
 * Only the tick's, of what it does with schedules: no other function touches them once the change back has begun, before its own policy
 * is changed here.
 */
const OF_THE_TICK =
  /^REFUSED BY IAM: dynamodb:(GetItem|Query|Scan|PutItem) on \S+:table\/\S*SchedulesTable[^\s/]*(\/index\/\w+)? for \S+:assumed-role\/\S*TickRole\S+$/

export const isOfWayBack = (refusal: string): boolean => OF_THE_TICK.test(refusal)

/** Does what brings the release back, and adds to `excused` what was refused meanwhile and may be. */
export async function wayBack<Result>(
  { target }: Pick<World, 'target'>,
  excused: string[],
  bringBack: () => Promise<Result>,
): Promise<Result> {
  const before = await refusalsOf(target)
  const result = await bringBack()
  const meanwhile = (await refusalsOf(target)).slice(before.length)
  excused.push(...meanwhile.filter(isOfWayBack))
  return result
}

const refusalsOf = async ({ refusals }: World['target']): Promise<readonly string[]> =>
  (await refusals?.()) ?? []
