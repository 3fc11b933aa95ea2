/** Who may import whom, as docs/ARCHITECTURE.md has it. */
import type { Import } from './source-files.ts'

export interface ImportRule {
  readonly what: string
  /** Whose imports. */
  readonly folder: string
  readonly allowed: (imported: Import, path: string) => boolean
  /** A file of the folder and an import that it may not have. */
  readonly forbids: readonly [path: string, from: string]
}

/** Numbers that functions and construct have to agree on. */
const TIMES = 'lib/core/times.ts'
const COMPOSES = ['lib/lambda/clients.ts', 'lib/lambda/payloads.ts', 'lib/api/wiring.ts']
/** A digest is no chance: one file may make it. */
export const DIGEST = 'lib/core/text/digest.ts'
/** Which cron library it is, and how it is asked, concerns nobody else. */
const CRON = 'lib/core/schedule/cron.ts'
const BUILT_ON_LIB = ['cdk', 'local', 'functions', 'test', 'examples', 'demo', 'bench', 'cli', 'console']
const PUBLIC_API = ['lib/index.ts', 'lib/admin.ts', 'lib/worker.ts', 'cdk/index.ts']
/** Kinds of tests that take parts from another kind. */
const BORROWS: Readonly<Record<string, readonly string[]>> = {
  'test/fuzz': ['test/honesty'],
  'test/mutants': ['test/sim'],
  'test/explore': ['test/sim', 'test/mutants'],
}

const among =
  (...places: readonly string[]) =>
  ({ from }: Import): boolean =>
    places.some((place) => from === place || from.startsWith(`${place}/`))
const ours =
  (...places: readonly string[]) =>
  (imported: Import): boolean =>
    !imported.isLocal || among(...places)(imported)
const none =
  (...places: readonly string[]) =>
  (imported: Import): boolean =>
    !among(...places)(imported)
const kindOf = (path: string): string => path.split('/').slice(0, 2).join('/')

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    what: 'the core imports the core and zod, and one file croner',
    folder: 'lib/core',
    allowed: (imported, path) =>
      among('lib/core', 'zod', 'node:buffer')(imported) ||
      (path === DIGEST && imported.from === 'node:crypto') ||
      (path === CRON && imported.from === 'croner'),
    forbids: ['lib/core/keys.ts', 'node:fs'],
  },
  {
    what: 'the times import nothing',
    folder: TIMES,
    allowed: () => false,
    forbids: [TIMES, 'lib/core/keys.ts'],
  },
  {
    what: 'ports import the core',
    folder: 'lib/ports',
    allowed: among('lib/core', 'lib/ports'),
    forbids: ['lib/ports/clock.ts', 'lib/use-cases/context.ts'],
  },
  {
    what: 'use cases import core and ports, never adapters',
    folder: 'lib/use-cases',
    allowed: among('lib/core', 'lib/ports', 'lib/use-cases', 'zod', 'p-retry'),
    forbids: ['lib/use-cases/tick.ts', 'lib/adapters/system/clock.ts'],
  },
  {
    what: 'adapters import core and ports, never use cases or each other',
    folder: 'lib/adapters',
    allowed: (imported, path) =>
      ours('lib/core', 'lib/ports', path.split('/').slice(0, 3).join('/'))(imported),
    forbids: ['lib/adapters/sqs/queues.ts', 'lib/adapters/memory/queues.ts'],
  },
  {
    what: 'only adapters, and what puts them together, import the AWS SDK',
    folder: 'lib',
    allowed: ({ from }, path) =>
      !from.startsWith('@aws-sdk') || path.startsWith('lib/adapters/') || COMPOSES.includes(path),
    forbids: ['lib/api/client.ts', '@aws-sdk/client-sqs'],
  },
  {
    what: 'nothing in lib imports what is built on it',
    folder: 'lib',
    allowed: none(...BUILT_ON_LIB),
    forbids: ['lib/api/client.ts', 'cdk/sluice.ts'],
  },
  {
    what: 'what functions share does not know the API',
    folder: 'lib/lambda',
    allowed: none('lib/api'),
    forbids: ['lib/lambda/entry.ts', 'lib/api/client.ts'],
  },
  {
    what: 'functions import lib, and no AWS SDK',
    folder: 'functions',
    allowed: (imported) => ours('lib')(imported) && !imported.from.startsWith('@aws-sdk'),
    forbids: ['functions/tick.ts', 'cdk/sluice.ts'],
  },
  {
    what: 'the construct knows types of lib and its times, never logic',
    folder: 'cdk',
    allowed: (imported, path) =>
      imported.typeOnly ||
      ours('cdk', TIMES)(imported) ||
      (path === 'cdk/app.ts' && among('examples', ...PUBLIC_API)(imported)),
    forbids: ['cdk/queues.ts', 'lib/core/keys.ts'],
  },
  {
    what: 'the local cloud knows nothing of Sluice',
    folder: 'local',
    allowed: ours('local'),
    forbids: ['local/cloud.ts', 'lib/index.ts'],
  },
  {
    what: 'examples import what a user imports',
    folder: 'examples',
    allowed: ours('examples', ...PUBLIC_API),
    forbids: ['examples/crm-sync/config.ts', 'lib/core/queue/config.ts'],
  },
  {
    what: 'the bench runs lib on local engines, or in the world of the simulation',
    folder: 'bench',
    allowed: ours(
      'bench',
      'lib',
      'local',
      'test/sim/world',
      'test/support/part.ts',
      'test/support/python.ts',
      'cdk/concurrency.ts',
    ),
    forbids: ['bench/cost.ts', 'demo/stage.ts'],
  },
  {
    what: 'the demo uses Sluice as a user does',
    folder: 'demo',
    allowed: ours('demo', 'examples', 'local', 'bench', 'cdk/stack.ts', ...PUBLIC_API),
    forbids: ['demo/stage.ts', 'lib/use-cases/tick.ts'],
  },
  {
    what: 'kinds of tests share what is in test/support, and few things else',
    folder: 'test',
    allowed: (imported, path) => {
      const own = kindOf(path)
      const shared = own === 'test/support' ? own : 'test/support'
      return !among('test')(imported) || among(own, shared, ...(BORROWS[own] ?? []))(imported)
    },
    forbids: ['test/support/world.ts', 'test/sim/run.ts'],
  },
]
