/**
 * Syntax trees of sources, by TypeScript itself. Its API is still called unstable, so nothing but this file knows it.
 * Files are handed to the compiler as text, without libraries and without types: it only parses.
 */
import type { Node, SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

export interface Source {
  readonly path: string
  readonly text: string
}
export interface Syntax extends Source {
  readonly tree: SourceFile
}

const OPTIONS = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true }

export function syntaxOf(sources: readonly Source[]): Syntax[] {
  const config = { compilerOptions: OPTIONS, files: sources.map(({ path }) => path) }
  const texts = sources.map(({ path, text }) => [`/${path}`, text])
  const fs = createVirtualFileSystem({
    '/tsconfig.json': JSON.stringify(config),
    ...Object.fromEntries(texts),
  })
  const api = new API({ cwd: '/', fs })
  try {
    const [project] = api.updateSnapshot({ openProject: '/tsconfig.json' }).getProjects()
    return sources.map((source) => {
      const tree = project?.program.getSourceFile(`/${source.path}`)
      if (!tree) throw new Error(`${source.path} was not parsed`)
      return { ...source, tree }
    })
  } finally {
    api.close()
  }
}

/** Every node of a tree, the outer before the inner. */
export function nodesOf(node: Node): Node[] {
  const nodes = [node]
  node.forEachChild((child) => {
    nodes.push(...nodesOf(child))
  })
  return nodes
}

/** From 1. */
export const lineOf = (tree: SourceFile, position: number): number =>
  tree.getLineAndCharacterOfPosition(position).line + 1
