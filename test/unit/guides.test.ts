/** What the guides show is what is tested: their code stands in an example, and their tables are true. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, test } from 'vitest'
import config from '../../examples/schedules/config.ts'
import type { RawItem } from '../../lib/core/job/job.ts'
import { definitionByHand } from '../../lib/core/schedule/by-hand.ts'
import type { CronRule } from '../../lib/core/schedule/rule.ts'
import { movedBy, ticksAfter } from '../../lib/core/schedule/ticks.ts'
import { warningsOf } from '../../lib/core/schedule/unusual-days.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const GUIDES = globSync('docs/guides/*.md', { cwd: ROOT })
const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code)

test('there are guides', () => expect(GUIDES).toContain('docs/guides/schedules.md'))

describe.each(GUIDES)('%s', (guide) => {
  const examples = join('examples', basename(guide, '.md'))
  const files = globSync('*.ts', { cwd: join(ROOT, examples) }).map((name) => textOf(join(examples, name)))
  const blocks = blocksOf(textOf(guide), 'ts')

  // The compiler checks the example, and a test end to end runs it.
  test('shows code that stands word for word in its example', () => {
    expect(blocks.length).toBeGreaterThan(0)
    expect(blocks.filter((block) => !files.some((file) => file.includes(block)))).toEqual([])
  })

  test('links to headings that there are', () => {
    const text = textOf(guide)
    const headings = [...text.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    )
    const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter((link) => !headings.includes(link))).toEqual([])
  })
})

describe('the guide of schedules', () => {
  const guide = textOf('docs/guides/schedules.md')

  test('puts an item by hand that is a schedule', () => {
    const [, written = ''] = /put-item .*?--item '(.*?)'$/ms.exec(guide) ?? []
    const item = unmarshall(JSON.parse(written)) as RawItem
    const now = Date.parse('2030-01-01T00:00:00Z')
    expect(definitionByHand(config, item, now)).toMatchObject({
      ok: true,
      value: { task: 'report', name: 'weekly', queue: 'reports', options: { missed: 'all' } },
    })
  })

  const berlin = (cron: string): CronRule => ({ kind: 'cron', cron, timeZone: 'Europe/Berlin' })
  const ticksOn = (rule: CronRule, date: string): string[] => {
    const local = (at: number) => new Date(at).toLocaleString('sv', { timeZone: rule.timeZone })
    return ticksAfter(rule, Date.parse(`${date}T12:00:00Z`) - 86_400_000, 100)
      .filter((at) => local(at).startsWith(date))
      .map(
        (at) =>
          `${new Date(at).toISOString().slice(11, 16)}Z ${local(at).slice(11)} ${movedBy(rule, at) ?? 0}`,
      )
  }

  test.each([
    ['30 2 * * *', ['01:00Z 03:00:00 1800000'], ['00:30Z 02:30:00 0']],
    ['0,30 2 * * *', ['01:00Z 03:00:00 3600000'], ['00:00Z 02:00:00 0', '00:30Z 02:30:00 0']],
    [
      '*/20 2 * * *',
      [],
      ['00:00Z', '00:20Z', '00:40Z', '01:00Z', '01:20Z', '01:40Z'].map(
        (time) => `${time} 02:${time.slice(3, 5)}:00 0`,
      ),
    ],
  ])('says what %s does when the clocks of Berlin change', (cron, march, october) => {
    expect(guide).toContain(`| \`${cron}\` |`)
    expect(ticksOn(berlin(cron), '2030-03-31')).toEqual(march)
    expect(ticksOn(berlin(cron), '2030-10-27')).toEqual(october)
  })

  test('says where a warning comes', () => {
    const newYear = Date.parse('2030-01-01T00:00:00Z')
    expect(warningsOf(berlin('*/20 2 * * *'), newYear)).toEqual([
      expect.stringContaining('does not tick at all'),
      expect.stringContaining('come twice'),
    ])
    expect(warningsOf(berlin('*/30 * * * *'), newYear)).toEqual([])
  })

  test('says what becomes of the last hour of a day', () => {
    const nuuk: CronRule = { kind: 'cron', cron: '30 23 * * *', timeZone: 'America/Nuuk' }
    expect(ticksOn(nuuk, '2030-03-30')).toEqual(['00:59Z 22:59:59 -1801000'])
  })
})
