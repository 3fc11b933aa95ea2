/** Jobs that have ended, in memory. */
import type { HistoryStore } from '../../ports/store.ts'
import { byBytes } from './order.ts'
import type { Tables } from './tables.ts'

/** Few, so that whoever reads them has to ask for a second page. */
const ENDED_A_PAGE = 10

type EndedJobs = Pick<HistoryStore, 'rememberEnded' | 'ended' | 'endedJobs'>

const keyOf = ({ pk, sk }: { readonly pk: string; readonly sk: string }): string => `${pk}\n${sk}`

export const memoryEnded = ({ ended }: Pick<Tables, 'ended'>): EndedJobs => ({
  rememberEnded: async (record, since) => {
    const found = ended.get(keyOf(record))
    if (!found || found.endedAt <= since) ended.set(keyOf(record), structuredClone(record))
  },
  ended: async (key) => structuredClone(ended.get(keyOf(key))),
  endedJobs: async (pk, cursor) => {
    const records = [...ended.values()]
      .filter((record) => record.pk === pk && (cursor === undefined || byBytes(record.sk, cursor) < 0))
      .sort((a, b) => byBytes(b.sk, a.sk))
    const page = structuredClone(records.slice(0, ENDED_A_PAGE))
    const last = page.at(-1)
    return { records: page, ...(last && records.length > page.length ? { cursor: last.sk } : {}) }
  },
})
