/** What is printed while the demo runs: one line for each step, and the live progress. */
import colors from 'picocolors'
import { createProgress, type Gauge, type Output, type Progress } from './progress.ts'

export interface Report {
  heading(text: string): void
  line(text?: string): void
  /** Something unexpected that does not end the run. */
  note(text: string): void
  /** The run is over. */
  failure(error: unknown): void
  /** Says what was done, and how long it took. */
  step<T>(name: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T>
  progress(gauges: readonly Gauge[]): Progress
}

const NAME_WIDTH = 13

export function createReport(output: Output): Report {
  const line = (text = '') => void output.write(`${text}\n`)
  return {
    line,
    heading: (text) => line(`\n${colors.bold(text)}\n`),
    note: (text) => line(`${colors.yellow('!')} ${text}`),
    failure: (error) => line(`${colors.red('✖')} ${error instanceof Error ? error.message : String(error)}`),
    step: async (name, work, describe) => {
      const startedAt = Date.now()
      const result = await work()
      const took = colors.dim(`${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
      line(`${colors.green('✔')} ${name.padEnd(NAME_WIDTH)} ${describe(result)}  ${took}`)
      return result
    },
    progress: (gauges) => createProgress(output, gauges),
  }
}

export const thousands = (count: number): string => count.toLocaleString('en-US')
export const seconds = (time_ms: number): string => `${(time_ms / 1000).toFixed(1)} s`
