/** The counter as a process of its own: `node count-units-process.ts <endpoint of DynamoDB>`. */
import { serveAsChild } from './child.ts'
import { createCounter } from './count-units.ts'

await serveAsChild(createCounter(process.argv[2] ?? ''))
