/** A partition whose shards borrow, driven by the pure rules alone, with passes that end half way. */
import { type Books, changed, NO_BOOKS, RESOURCES, type Resource } from '../../lib/core/limits/books.ts'
import { afterGivingBack } from '../../lib/core/limits/giving-back.ts'
import { limitsWithin, type Units } from '../../lib/core/limits/in-force.ts'
import { PLAIN, unitsToBorrow } from '../../lib/core/limits/lending.ts'
import { afterReturn, arrived, type Borrower, held, lendMore } from '../../lib/core/limits/limiter.ts'
import type { Limits } from '../../lib/core/limits/limits.ts'
import { lackOf, mayUse, type Portion, unitsWanted } from '../../lib/core/limits/portion.ts'
import { placesToLeave, type Settlement, settle } from '../../lib/core/limits/settling.ts'
import { loanId, NONE, usage } from './lending.ts'

/** Where whoever makes a pass dies. */
export type Crash = 'after borrowing' | 'before settling' | undefined

interface ModelShard {
  borrowed: Portion['borrowed']
  inUse: Units
  freed: Units
  waiting: number
}

export class LendingRun {
  limits: Limits
  /** What makes of the run that of a limiter: what is guaranteed of it, and that nobody keeps what it does not use. */
  limiter: Pick<Portion, 'guaranteed' | 'givesIdleBack'> = {}
  books: Books = NO_BOOKS
  readonly shards: Map<Borrower, ModelShard>
  /** What the last pass has settled. */
  settlement: Settlement | undefined
  #ids = 0

  constructor(limits: Limits, names: readonly Borrower[]) {
    this.limits = limits
    this.shards = new Map(
      [PLAIN, ...names].map((name) => [name, { borrowed: {}, inUse: NONE, freed: NONE, waiting: 0 }]),
    )
  }

  shard(name: Borrower): ModelShard {
    const shard = this.shards.get(name)
    if (!shard) throw new Error(`there is no shard ${name}`)
    return shard
  }

  portion(name: Borrower): Portion {
    const { borrowed } = this.shard(name)
    const entries = RESOURCES.flatMap((resource) => {
      const units = arrived(borrowed[resource], this.books[resource].loans[name])
      if (units === 'stale') throw new Error(`the books do not fit shard ${name}`)
      return units.borrowed ? [[resource, units.borrowed] as const] : []
    })
    const ownUse = this.shard(PLAIN).inUse
    return {
      limits: this.limits,
      books: this.books,
      ownUse,
      self: name,
      borrowed: Object.fromEntries(entries),
      ...this.limiter,
    }
  }

  /** Jobs end, and starts are forgotten. */
  end(name: Borrower, resource: Resource, count: number): void {
    const shard = this.shard(name)
    const ended = Math.min(count, shard.inUse[resource])
    shard.inUse = { ...shard.inUse, [resource]: shard.inUse[resource] - ended }
    shard.freed = { ...shard.freed, [resource]: shard.freed[resource] + ended }
  }

  /** Returns how many jobs were claimed. */
  pass(name: Borrower, crash?: Crash): number {
    const shard = this.shard(name)
    const used = usage(shard.inUse, shard.freed)
    this.#borrow(name)
    if (crash === 'after borrowing') return 0
    const portion = this.portion(name)
    const may = mayUse(portion, used)
    const within = limitsWithin(this.limits, may)
    const startable = Math.max(
      0,
      (within.rateLimit?.allowed ?? Number.POSITIVE_INFINITY) - shard.inUse.starts,
    )
    const claims = Math.min(shard.waiting, Math.max(0, within.slots - shard.inUse.slots), startable)
    shard.waiting -= claims
    const starts = this.limits.rateLimit ? claims : 0
    shard.inUse = { slots: shard.inUse.slots + claims, starts: shard.inUse.starts + starts }
    shard.freed = NONE
    const isWorkLeft = shard.waiting > 0
    const lack = lackOf(portion, { may, inUse: shard.inUse, isWorkLeft, startable: startable - starts })
    this.books = changed(this.books, { loans: [], line: placesToLeave(portion, lack) })
    shard.borrowed = afterGivingBack(portion, { may, inUse: shard.inUse }, lack)
    if (crash === 'before settling') return claims
    const result = { lack, hasClaimed: claims > 0 }
    const settled = { ...this.portion(name), borrowed: shard.borrowed }
    this.settlement = settle(settled, result, () => this.#newId())
    this.books = changed(this.books, this.settlement)
    return claims
  }

  #borrow(name: Borrower): void {
    const { inUse, freed, waiting } = this.shard(name)
    const portion = this.portion(name)
    const startable = Math.max(0, mayUse(portion, usage(inUse, freed)).starts - inUse.starts)
    const wanted = unitsWanted(portion, usage(inUse, freed), waiting, startable)
    for (const resource of RESOURCES) {
      const units = Math.min(wanted[resource], unitsToBorrow(portion, resource, name))
      if (name === PLAIN || units <= 0) continue
      const was = this.books[resource].loans[name]
      const known = portion.borrowed[resource]
      const is = lendMore(was && known ? afterReturn(was, known) : was, units, this.#newId())
      this.books = changed(this.books, { loans: [{ resource, borrower: name, was, is }], line: [] })
    }
  }

  #newId() {
    return loanId(`loan-${this.#ids++}`)
  }

  heldBy(name: Borrower, resource: Resource): number {
    return held(this.shard(name).borrowed[resource])
  }

  inUse(resource: Resource): number {
    return [...this.shards.values()].reduce((sum, shard) => sum + shard.inUse[resource], 0)
  }
}
