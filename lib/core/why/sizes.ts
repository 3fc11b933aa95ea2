/** How full a queue and its partition are, for people. */

export interface SizeUse {
  /** Jobs that count: put and not yet ended. */
  readonly size: number
  /** `maxQueueSize`: with so many, or more, `enqueue` is refused. */
  readonly max: number
}

/** Of a queue that has `maxQueueSize`. */
export interface SizesSeen {
  readonly queue?: SizeUse
  readonly partition?: SizeUse
}

/** Which of the two refuse jobs: `queue full 1000/1000`. */
export const fullTexts = (sizes: SizesSeen = {}): string[] =>
  (['queue', 'partition'] as const).flatMap((scope) => {
    const use = sizes[scope]
    return use && use.size >= use.max ? [`${scope} full ${use.size}/${use.max}: enqueue is refused`] : []
  })
