/** Live progress: bars in a terminal, a plain line every few seconds elsewhere. */
import { MultiBar, type SingleBar } from 'cli-progress'
import colors from 'picocolors'

export interface Output extends NodeJS.WriteStream {}

export interface Gauge {
  readonly name: string
  readonly total: number
}

export interface Progress {
  /** @param values one for each gauge, the first being the whole */
  update(values: readonly number[], note: string): void
  stop(): void
}

export const createProgress = (output: Output, gauges: readonly Gauge[]): Progress =>
  output.isTTY ? bars(output, gauges) : lines(output, gauges)

function bars(output: Output, gauges: readonly Gauge[]): Progress {
  const width = Math.max(...gauges.map(({ name }) => name.length))
  const format = `  {name}  ${colors.cyan('{bar}')}  {value}/{total}  {note}`
  const multi = new MultiBar({
    stream: output,
    format,
    hideCursor: true,
    barsize: 32,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // Ctrl-C is the demo's own business.
    gracefulExit: false,
    autopadding: true,
    autopaddingChar: '     ',
  })
  const all: SingleBar[] = gauges.map(({ name, total }) =>
    multi.create(total, 0, { name: name.padEnd(width), note: '' }),
  )
  return {
    update: (values, note) => {
      for (const [index, bar] of all.entries())
        bar.update(values[index] ?? 0, { note: index === 0 ? colors.dim(note) : '' })
    },
    stop: () => multi.stop(),
  }
}

const LINE_EVERY_MS = 3000

function lines(output: Output, [whole]: readonly Gauge[]): Progress {
  const startedAt = Date.now()
  let last = { at: startedAt, text: '' }
  let printed = ''
  const print = () => {
    if (last.text !== printed) output.write(`${last.text}\n`)
    printed = last.text
    last = { ...last, at: Date.now() }
  }
  return {
    update: ([value = 0], note) => {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(4)
      last = { at: last.at, text: `${seconds} s  ${value}/${whole?.total ?? 0}  ${note}` }
      if (Date.now() - last.at >= LINE_EVERY_MS) print()
    },
    stop: print,
  }
}
