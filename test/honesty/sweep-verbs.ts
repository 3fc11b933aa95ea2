/** The verbs of what the sweep keeps: how far it has come, and what it has counted by the way. */
import type { CensusRecord } from '../../lib/core/why/census.ts'
import type { Store } from '../../lib/ports/store.ts'

export type SweepOperation =
  | { readonly op: 'sweepCursors' }
  | { readonly op: 'saveSweepCursor'; readonly part: string; readonly cursor: string | undefined }
  | { readonly op: 'census' }
  | { readonly op: 'saveCensus'; readonly record: CensusRecord }

export function callSweep({ states }: Store, operation: SweepOperation): Promise<unknown> {
  switch (operation.op) {
    case 'sweepCursors':
      return states.sweepCursors()
    case 'saveSweepCursor':
      return states.saveSweepCursor(operation.part, operation.cursor)
    case 'census':
      return states.census()
    case 'saveCensus':
      return states.saveCensus(operation.record)
  }
}
