/** One way to break the product: a change of one place in one file, made while the module is loaded. */
export interface Mutant {
  readonly name: string
  /** From the repository's root. */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** What goes wrong. */
  readonly breaks: string
}
