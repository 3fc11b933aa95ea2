import { describe, expect, test } from 'vitest'
import { hashOf } from '../../cdk/configuration.ts'
import { defineConfig } from '../../lib/core/queue/config.ts'
import { CONFIG, find, nameOf, one, type Resource, synth } from './synth.ts'

const template = synth()
const TYPE = 'Custom::SluiceDeployment'
const [begins, ends] = [one(template, TYPE, 'DeploymentBegins'), one(template, TYPE, 'DeploymentEnds')]

/** Everything that has to be there, with its new properties, before a resource's turn comes. */
function requirementsOf({ id }: Resource): Set<string> {
  const all = template.toJSON()['Resources'] as Record<string, { DependsOn?: string | string[] }>
  const found = new Set<string>()
  const visit = (name: string): void => {
    const text = JSON.stringify(all[name])
    const names = Object.keys(all).filter((other) => text.includes(`"${other}"`))
    for (const other of names) {
      if (found.has(other)) continue
      found.add(other)
      visit(other)
    }
  }
  visit(id)
  return found
}
const names = (ids: Set<string>): string[] => [...ids].map((id) => nameOf({ Ref: id }))

describe('CloudFormation tells the tick function', () => {
  test.each([
    [begins, 'begins'],
    [ends, 'ends'],
  ])('$0.id', ({ Properties }, stage) => {
    expect(nameOf(Properties['ServiceToken'])).toBe('Tick.Arn')
    expect(Properties).toMatchObject({ stage, configuration: hashOf(CONFIG) })
  })

  test('and waits minutes for its answer, not an hour', () => {
    for (const { Properties } of find(template, TYPE))
      expect(Properties).toMatchObject({ ServiceTimeout: '300' })
  })

  test('that a change begins: when the tick function has its new code and rights, and before any that decides', () => {
    expect(names(requirementsOf(begins))).toEqual(
      expect.arrayContaining(['Tick', 'TickRole', 'TickRoleDefaultPolicy', 'StateTable', 'TickLogs']),
    )
    expect(names(requirementsOf(begins)).filter((name) => /^(Dispatcher|Worker|Ingest)/.test(name))).toEqual(
      [],
    )
    for (const name of ['Dispatcher', 'Worker', 'Ingest'])
      expect(requirementsOf(one(template, 'AWS::Lambda::Function', name))).toContain(begins.id)
  })

  test('that it ends: when all four functions have theirs, their rights and their sources', () => {
    const all = [
      ...find(template, 'AWS::Lambda::Function'),
      ...find(template, 'AWS::Lambda::EventSourceMapping'),
    ]
    const roles = find(template, 'AWS::IAM::Policy')
    expect([...all, ...roles]).toHaveLength(13)
    for (const { id } of [...all, ...roles]) expect(requirementsOf(ends)).toContain(id)
  })

  test('only when the configuration has changed', () => {
    expect(find(synth({ workerBatchSize: 2 }), TYPE).map(({ Properties }) => Properties)).toEqual(
      find(template, TYPE).map(({ Properties }) => Properties),
    )
    const raised = defineConfig({ queues: { hubspot: { concurrency: 4 } } })
    for (const { Properties } of find(synth({ config: raised }), TYPE))
      expect(Properties['configuration']).not.toBe(hashOf(CONFIG))
  })
})
