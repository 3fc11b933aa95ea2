/** A signal that is aborted when the job that runs is cancelled: whether it is, is looked at now and then. */
import { JobCancelledError } from '../core/errors.ts'
import { CANCEL_LOOK_EVERY_MS } from '../core/times.ts'
import type { Look } from '../use-cases/attempt/watch.ts'

export interface CancelSignal {
  readonly signal: AbortSignal
  /** The handler is over. */
  stop(): void
}

/** A handler that may not run for so long that a look comes has no timer either. */
export function cancelSignal(look: Look | undefined, timeout_ms: number): CancelSignal {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = !look || timeout_ms <= CANCEL_LOOK_EVERY_MS
  const lookLater = () => {
    if (isOver) return
    timer = setTimeout(() => {
      void look?.().then((cancellation) => {
        if (cancellation && !isOver)
          controller.abort(new JobCancelledError(cancellation.by, cancellation.reason))
        else lookLater()
      })
    }, CANCEL_LOOK_EVERY_MS)
  }
  lookLater()
  return {
    signal: controller.signal,
    stop: () => {
      isOver = true
      clearTimeout(timer)
    },
  }
}
