/** What people get wrong. None of it may disappear, and none of it may hold up the others in its partition. */

/** Every one of them bears this in its id or payload, so that it can be told apart in the dead letters. */
const MARK = 'malformed'

export type Malformed =
  | { readonly way: 'put'; readonly mark: string; readonly item: Readonly<Record<string, unknown>> }
  | { readonly way: 'event'; readonly mark: string; readonly detail: Readonly<Record<string, unknown>> }

const NOW = '2026-01-01T00:00:00.000Z'
/** A partition with much work of its own. */
const PK = 'crm|globex'

const put = (n: number, item: (mark: string) => Readonly<Record<string, unknown>>): Malformed => ({
  way: 'put',
  mark: `${MARK}-${n}`,
  item: item(`${MARK}-${n}`),
})
const event = (n: number, detail: (mark: string) => Readonly<Record<string, unknown>>): Malformed => ({
  way: 'event',
  mark: `${MARK}-${n}`,
  detail: { queue: 'crm', task: 'sync-contact', ...detail(`${MARK}-${n}`) },
})
const payload = (contactId: string) => ({ customerId: 'globex', contactId })

export const MALFORMED: readonly Malformed[] = [
  put(1, (mark) => ({ pk: PK, sk: `tomorrow#${mark}`, task: 'sync-contact', payload: payload(mark) })),
  put(2, (mark) => ({ pk: PK, sk: `5#${NOW}#${mark}`, task: 7, payload: payload(mark) })),
  put(3, (mark) => ({ pk: PK, sk: `5#${NOW}#${mark}`, task: 'sync-contact', payload: { contact: mark } })),
  put(4, (mark) => ({
    pk: 'crm|100%',
    sk: `5#${NOW}#${mark}`,
    task: 'sync-contact',
    payload: payload(mark),
  })),
  event(5, (mark) => ({ payload: payload(mark), priority: 11 })),
  event(6, (mark) => ({ payload: { contactId: mark } })),
]

/** The mark of the malformed job that a dead letter holds, if it holds one. */
export const markIn = (letter: string): string | undefined => new RegExp(`${MARK}-\\d+`).exec(letter)?.[0]
