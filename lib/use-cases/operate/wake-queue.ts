/**
 * Wakes the shards of a queue in which jobs wait, since more of them may run than before. How far that has come is kept beside
 * what somebody has set: a call that dies is called again, and goes on there.
 */
import { parseShard } from '../../core/keys.ts'
import { isHeldByItsRate } from '../../core/pass/held.ts'
import type { WokenSoFar } from '../../core/queue/queue-pauses.ts'
import type { ShardGlance } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'

export interface Woken {
  /** Shards with waiting jobs that were woken. */
  readonly woken: number
  /** Somebody has set something else meanwhile, or wakes them, too. */
  readonly isReplaced?: true
}

/** What is said of the queue meanwhile. */
export interface Waking<Said> {
  readonly queue: string
  readonly said: Said
  readonly from: WokenSoFar
  /** What is said after a page, or, if that was the last one, in the end. */
  readonly next: (soFar: WokenSoFar | undefined) => Said | undefined
  /** `false`: something else is said by now. */
  readonly save: (is: Said | undefined, was: Said) => Promise<boolean>
}

const PAGE = 500

/** Whoever has left one of them waiting for what is over has written that before: all functions know that it is. */
export async function wakeWaiting<Said>(
  context: Pick<Context, 'store' | 'wake'>,
  { queue, next, save, ...begun }: Waking<Said>,
  onProgress: (woken: number) => void = () => {},
): Promise<Woken> {
  let { said, from } = begun
  const isMeant = (state: ShardGlance) => isOfQueue(state, queue) && (state.waiting || isHeldByItsRate(state))
  for (;;) {
    const { woken, cursor } = await wakeOnePage(context, isMeant, from)
    const soFar = cursor === undefined ? undefined : { woken, cursor }
    const is = next(soFar)
    if (!(await save(is, said))) return { woken, isReplaced: true }
    onProgress(woken)
    if (!soFar || is === undefined) return { woken }
    said = is
    from = soFar
  }
}

/** Of the State table as it is now. */
export async function wakeOnePage(
  context: Pick<Context, 'store' | 'wake'>,
  isMeant: (state: ShardGlance) => boolean,
  from: WokenSoFar,
): Promise<WokenSoFar> {
  const at = from.cursor === undefined ? {} : { cursor: from.cursor }
  const { states, cursor } = await context.store.states.scan({ isStrong: true, limit: PAGE, ...at })
  const waiting = states.filter(isMeant)
  if (waiting.length > 0)
    await wakeNow(
      context,
      waiting.map(({ shard }) => shard),
    )
  const woken = from.woken + waiting.length
  return cursor === undefined ? { woken } : { woken, cursor }
}

function isOfQueue({ shard }: ShardGlance, queue: string): boolean {
  const parts = parseShard(shard)
  return parts.ok && parts.value.queue === queue
}
