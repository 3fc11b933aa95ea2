import { memoryStore } from '../../lib/adapters/memory/store.ts'
import { describeStore } from './store.ts'

const store = memoryStore()
describeStore('the store in memory', () => store)
