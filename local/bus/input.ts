/** What a rule makes of an event for its target. */
import { isObject, type Json } from '../json.ts'
import type { Rule, Target } from '../resources/rules.ts'

/** What a target gets: the event itself, a part of it, a constant, or a template filled from it. */
export function targetInput(target: Target, event: Json, rule: Pick<Rule, 'name' | 'arn'>): string {
  if (target.Input !== undefined) return target.Input
  if (target.InputPath !== undefined) return JSON.stringify(atPath(event, target.InputPath) ?? null)
  if (!target.InputTransformer) return JSON.stringify(event)
  const { InputPathsMap, InputTemplate } = target.InputTransformer
  const variables = Object.entries(InputPathsMap).map(([name, path]) => [name, atPath(event, path)] as const)
  return fill(InputTemplate, new Map([...variables, ...predefined(event, rule)]))
}

function predefined(event: Json, rule: Pick<Rule, 'name' | 'arn'>): [string, Json][] {
  const { detail: _, ...withoutDetail } = isObject(event) ? event : {}
  return [
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.rule-name', rule.name],
    ['aws.events.event.json', event],
    ['aws.events.event', withoutDetail],
    ['aws.events.event.ingestion-time', isObject(event) ? (event['time'] ?? '') : ''],
  ]
}

/**
 * `<name>` becomes the variable's JSON; within a string of the template, its text. A variable whose path is not in
 * the event is an empty string.
 */
function fill(template: string, variables: Map<string, Json | undefined>): string {
  return template.replace(/"(?:[^"\\]|\\.)*"|<([^<>\s]+)>/g, (part, name?: string) => {
    if (name !== undefined) return JSON.stringify(variables.get(name) ?? '')
    return part.replace(/<([^<>\s"]+)>/g, (whole, inner: string) => {
      return variables.has(inner) ? inString(variables.get(inner)) : whole
    })
  })
}

function inString(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return JSON.stringify(text).slice(1, -1)
}

/** `$.detail.items[0].name`: the part of JSONPath that EventBridge takes. */
export function atPath(event: Json, path: string): Json | undefined {
  let found: Json | undefined = event
  for (const [, name, index, quoted] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)) {
    if (index !== undefined) found = Array.isArray(found) ? found[Number(index)] : undefined
    else found = isObject(found) ? found[name ?? quoted ?? ''] : undefined
  }
  return found
}
