/** What is read a page at a time, whole: how many are on a page is nobody's promise. */

interface Page<Cursor> {
  readonly cursor?: Cursor
}

export async function allPages<Cursor, Read extends Page<Cursor>>(
  read: (from: Page<Cursor>) => Promise<Read & Page<Cursor>>,
): Promise<Read[]> {
  const pages: Read[] = []
  let from: Page<Cursor> = {}
  do {
    const page = await read(from)
    pages.push(page)
    from = page.cursor === undefined ? {} : { cursor: page.cursor }
  } while (from.cursor !== undefined)
  return pages
}
