/** The job that a trigger asks for, and what of it can be seen to be wrong before an event has come. */
import { type Duration, Token } from 'aws-cdk-lib'
import type { Config } from '../lib/core/queue/config.ts'
import { kindProblems } from './trigger-kinds.ts'
import type { TriggerDebounce, TriggerProps } from './trigger-props.ts'
import { SluicePropsError } from './validate.ts'

/** The `detail` of a `sluice.enqueue` event. */
export function detailOf({ pattern: _, eventBus: __, task, ...asked }: TriggerProps): object {
  return defined({
    ...asked,
    task: task.name,
    queue: task.queue,
    delay: millis(asked.delay),
    ttl: millis(asked.ttl),
    idempotencyTtl: millis(asked.idempotencyTtl),
    debounce: asked.debounce && debounceOf(asked.debounce),
    pools: poolsOf({ task, ...asked }),
    cost: costOf({ task, ...asked }),
  })
}

type Asked = Pick<TriggerProps, 'task' | 'pools' | 'cost'>

/** As the client has it: what the trigger says of a pool counts before what its task says. */
const poolsOf = ({ task, pools }: Asked): Readonly<Record<string, number>> | undefined =>
  task.pools || pools ? { ...task.pools, ...pools } : undefined

const costOf = ({ task, cost }: Asked): number | string | undefined =>
  cost ?? (typeof task.cost === 'function' ? undefined : task.cost)

const debounceOf = ({ key, wait, max }: TriggerDebounce): object =>
  defined({ key, wait: millis(wait), max: millis(max) })

const millis = (duration: Duration | undefined): number | undefined => duration?.toMilliseconds()

const defined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** @throws SluicePropsError with all that would make a dead letter of each event, or let its job run outside of its limits */
export function validateTrigger(path: string, props: TriggerProps, config: Config): void {
  const kinds = kindProblems(props)
  const problems = kinds.length > 0 ? kinds : valueProblems(props, config)
  if (problems.length > 0) throw new SluicePropsError(path, problems)
}

const valueProblems = (props: TriggerProps, config: Config): string[] => [
  ...queueProblems(props, config),
  ...poolsProblems(props, config),
  ...costProblems(props),
]

const queueProblems = ({ task: { queue } }: TriggerProps, { queues }: Config): string[] =>
  Object.hasOwn(queues, queue)
    ? []
    : [`task: there is no queue "${queue}"; there are: ${Object.keys(queues).join(', ')}`]

const poolsProblems = (props: TriggerProps, { pools }: Config): string[] =>
  Object.entries(poolsOf(props) ?? {}).flatMap(([name, weight]) => {
    const pool = Object.hasOwn(pools, name) ? pools[name] : undefined
    if (!pool)
      return [`pools: there is no pool "${name}"; there are: ${Object.keys(pools).join(', ') || 'none'}`]
    if (!pool.units && Number(weight) > 1)
      return [`pools: the pool "${name}" counts starts alone: say cost: ${weight}, or a weight of 1`]
    const most = pool.units?.concurrency || Number.POSITIVE_INFINITY
    if (Number.isInteger(weight) && weight >= 1 && weight <= most) return []
    return [`pools: ${weight} is not a whole number of units of the pool "${name}", from 1 to ${most}`]
  })

function costProblems({ task, cost }: TriggerProps): string[] {
  if (cost === undefined && typeof task.cost === 'function')
    return [
      `cost: task "${task.name}" makes it of the payload, which is not known yet: give a number, or the field of the event that holds one`,
    ]
  const given = cost ?? task.cost
  if (given === undefined || Token.isUnresolved(given) || (Number.isInteger(given) && Number(given) >= 1))
    return []
  return [`cost: ${given} is neither a whole number from 1 on nor a field of the event`]
}
