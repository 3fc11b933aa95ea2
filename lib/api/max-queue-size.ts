/** How many jobs of a queue there may be, set at run time. */
import { ulid } from 'ulid'
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { sizePk } from '../core/job/counted.ts'
import type { SizeScope } from '../core/job/counted-in.ts'
import type { Change } from '../core/limits/change.ts'
import { maxField } from '../core/limits/max-size.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { setMaxSize } from '../use-cases/operate/set-max-size.ts'
import { ownerOfPlace, type Place, placeNamed } from './admin.ts'
import { queueOf } from './known-queue.ts'
import { type LimitsNote, toNote } from './limits-input.ts'
import type { Wiring } from './wiring.ts'

export interface MaxQueueSizes<QueueName extends string = string> {
  /**
   * Replaces `maxQueueSize` of a queue, or of one of its partitions, without a deploy: so many jobs may be there, put and not yet ended;
   * 0 refuses every new one, and `null` goes back to what is configured. When it returns, none is put beyond it; the jobs that are
   * there stay. Every deploy leaves it as it is. `stats` and `why` say what is set, with the note. The queue has to have a
   * `maxQueueSize` of that kind in its configuration, for only then are its jobs counted. Costs 32 write units.
   * @example await admin.setMaxQueueSize({ queue: 'crm' }, 5000, { by: 'ann@example.com', reason: 'the import of tonight' })
   * @example await admin.setMaxQueueSize({ queue: 'crm', partition: 'acme' }, 0, { by: 'ann@example.com', reason: 'they run wild' })
   * @throws InvalidJobError if there is no such queue or partition, ConfigurationError for a number that makes no sense or a queue whose
   *   jobs are not counted: all before anything is written. SluiceError if the number is written so often that it could not be set
   */
  setMaxQueueSize(
    target: { readonly queue: QueueName; readonly partition?: string },
    max: number | null,
    note?: LimitsNote,
  ): Promise<void>
}

export const maxQueueSizesOf = <QueueName extends string>(wiring: Wiring): MaxQueueSizes<QueueName> => ({
  setMaxQueueSize: async (target, max, note = {}) => {
    const { scope, place, pk } = numberOf(wiring, target)
    const input = inputSchema.safeParse(max)
    if (!input.success) throw toConfigurationError(input.error, 'max')
    const said = toNote(note)
    const since = wiring.clock.now()
    const limit = input.data === null ? {} : { max: input.data }
    await setMaxSize(wiring, pk, { mark: ulid(since), ...limit, ...said, since })
    const of = scope === 'queue' ? { queue: place.queue.name } : { shard: ownerOfPlace(place) }
    wiring.events.emit({ kind: 'changed by hand', of, change: changeTo(input.data), note: said })
  },
})

const inputSchema = maxField.nullable()

const changeTo = (max: number | null): Change =>
  max === null ? { kind: 'size as configured' } : { kind: 'size set', max }

interface SizeNumber {
  readonly scope: SizeScope
  readonly place: Place
  readonly pk: string
}

/** Strict: a partition whose name is misspelt would otherwise mean the whole queue. */
const targetSchema = z.strictObject({ queue: z.string(), partition: z.string().optional() })

function numberOf(wiring: Wiring, target: unknown): SizeNumber {
  const named = targetSchema.safeParse(target)
  if (!named.success) throw toConfigurationError(named.error, 'target')
  const { queue: name, partition } = named.data
  const scope: SizeScope = partition === undefined ? 'queue' : 'partition'
  const place: Place =
    partition === undefined ? { queue: queueOf(wiring.config, name) } : placeNamed(wiring, name, partition)
  if (place.queue.maxQueueSize?.[scope] === undefined)
    throw new ConfigurationError(
      `queues.${name}.maxQueueSize.${scope}`,
      'is not configured, so its jobs are not counted: deploy one, as large as you like, and set another then',
    )
  return { scope, place, pk: sizePk(place.queue.name, place.partition) }
}
