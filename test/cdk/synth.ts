/** One synthesised stack, and what the tests ask of its template. */
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Sluice, type SluiceProps } from '../../cdk/index.ts'
import { type Config, defineConfig } from '../../lib/core/queue/config.ts'

export const WORKER = join(import.meta.dirname, 'fixtures', 'worker.ts')
export const CONFIG: Config = defineConfig({
  queues: { hubspot: { concurrency: 3 }, 'only-here': { timeout: '2m' } },
})

/** The template is what counts: bundling is tested on its own. */
const WITHOUT_BUNDLING = { 'aws:cdk:bundling-stacks': [] }

export const newStack = (context: Record<string, unknown> = WITHOUT_BUNDLING): Stack =>
  new Stack(new App({ context }), 'Test')

export const newSluice = (stack: Stack, props: Partial<SluiceProps> = {}): Sluice =>
  new Sluice(stack, 'Jobs', { config: CONFIG, worker: WORKER, ...props })

/** The template of a stack that holds a scheduler and whatever `extend` adds. */
export function synth(
  props: Partial<SluiceProps> = {},
  extend?: (sluice: Sluice, stack: Stack) => void,
): Template {
  const stack = newStack()
  extend?.(newSluice(stack, props), stack)
  if (!extend) newSluice(stack, props)
  return Template.fromStack(stack)
}

export interface Resource {
  readonly id: string
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** All resources of a type whose logical id starts so. */
export const find = (template: Template, type: string, name = ''): Resource[] =>
  Object.entries(template.findResources(type))
    .filter(([id]) => id.startsWith(`Jobs${name}`))
    .map(([id, resource]) => ({ id, ...(resource as Omit<Resource, 'id'>) }))

export function one(template: Template, type: string, name = ''): Resource {
  const found = find(template, type, name)
  const [first] = found
  if (!first || found.length > 1)
    throw new Error(`${found.length} resources ${type} ${name}: ${found.map(({ id }) => id).join(', ')}`)
  return first
}

/** `Fn::GetAtt`, `Ref` and `Fn::Join` as a readable name: `HistoryTable.Arn`. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>
  if (typeof Ref === 'string') return shorten(Ref)
  if (Array.isArray(attribute)) return `${shorten(String(attribute[0]))}.${attribute[1]}`
  if (Array.isArray(join)) return (join[1] as unknown[]).map(nameOf).join(String(join[0]))
  throw new Error(`what is ${JSON.stringify(value)}?`)
}

const shorten = (logicalId: string): string =>
  logicalId.replace(/^Jobs(?=[A-Z])/, '').replace(/[0-9A-F]{8}$/, '')

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])
