/** An expected outcome of reading somebody's text: the value, or a reason that a person understands. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }
export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const refused = (reason: string): { readonly ok: false; readonly reason: string } => ({
  ok: false,
  reason,
})
