/** `npm run bench:payloads`: where it is cheaper to keep a payload in S3. Fails if the threshold is far from that. */
import Table from 'cli-table3'
import { Command } from 'commander'
import { startBench } from './harness.ts'
import { CASES, measurePayload, type PayloadCost } from './payload-cases.ts'

const options = new Command('bench:payloads')
  .description('Counts what a million jobs cost with their payload in DynamoDB, and with it in S3')
  .option('--json', 'print one line of JSON')
  .parse()
  .opts<{ json?: boolean }>()

const SIZES = [200, 1000, 2000, 3000, 4000, 5000, 6000, 8000, 40_000, 200_000]

await using bench = await startBench()
const costs: PayloadCost[] = []
for (const one of CASES) for (const bytes of SIZES) costs.push(await measurePayload(bench, bytes, one))
/** Nobody whose jobs succeed pays more than this for being on the wrong side of the threshold. */
const MAX_LOSS = 1.1
const wrong = costs.filter(({ inItem, inBucket, isKept, case: name }) => {
  const [chosen, other] = isKept ? [inBucket, inItem] : [inItem, inBucket]
  return !name.includes('retry') && chosen > other * MAX_LOSS
})

if (options.json) console.log(JSON.stringify({ ok: wrong.length === 0, costs }))
else print()
process.exitCode = wrong.length === 0 ? 0 : 1

function print(): void {
  const table = new Table({
    head: ['payload', ...CASES.flatMap(({ what }) => [`${what}: DynamoDB`, 'S3'])],
    style: { head: [], border: [] },
  })
  for (const bytes of SIZES)
    table.push([
      `${bytes / 1000} KB`,
      ...costs
        .filter((cost) => cost.bytes === bytes)
        .flatMap(({ inItem, inBucket }) => [`$${inItem.toFixed(2)}`, `$${inBucket.toFixed(2)}`]),
    ])
  console.log(table.toString())
  for (const { bytes, case: name } of wrong) console.log(`the threshold is wrong for ${bytes} bytes, ${name}`)
}
