import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { emptyTables } from '../../lib/adapters/memory/tables.ts'
import { inMemory } from './past-the-port.ts'
import { describeStore } from './store.ts'

const tables = emptyTables()
const store = memoryStore(tables)
describeStore(
  'the store in memory',
  () => store,
  () => inMemory(tables),
)
