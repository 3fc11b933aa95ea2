/** Who has set something at run time, why, and since when, as far as that was said. Plain data. */

export interface Said {
  readonly by?: string
  readonly reason?: string
  /** Epoch ms. */
  readonly since?: number
}

type MaybeSaid = { readonly [Name in keyof Said]?: Said[Name] | undefined }

export const saidOf = ({ by, reason, since }: MaybeSaid): Said => ({
  ...(by === undefined ? {} : { by }),
  ...(reason === undefined ? {} : { reason }),
  ...(since === undefined ? {} : { since }),
})
