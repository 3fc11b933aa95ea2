import { memoryPayloads } from '../../lib/adapters/memory/payloads.ts'
import { describePayloads } from './payloads.ts'

const payloads = memoryPayloads(Date.now)
describePayloads('payloads in memory', () => payloads)
