import { expect, test } from 'vitest'
import { resolve, type Scope } from '../../local/intrinsics.ts'
import type { Json } from '../../local/json.ts'

const scope: Scope = {
  ref: (id) => ({ Table: 'jobs', 'AWS::Region': 'eu-west-1' })[id],
  attribute: (id, name) => (id === 'Table' ? `arn:${id}:${name}` : undefined),
  mappings: { Sizes: { small: { memory: 128 } } },
}

/** `{Name}` → `${Name}`, which in TypeScript would be an expression. */
const sub = (text: string) => text.replaceAll('{', '${')

test.each<[string, Json, Json]>([
  ['Ref', { Ref: 'Table' }, 'jobs'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:Table:Arn'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Table.Stream.Arn' }, 'arn:Table:Stream.Arn'],
  ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Table' }]] }, 'a/jobs'],
  [
    'Split and Select',
    { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Table', 'Arn'] }] }] },
    'Table',
  ],
  [
    'Sub',
    { 'Fn::Sub': sub('{AWS::Region}/{Table}/{Table.Arn}/{!Table}') },
    sub('eu-west-1/jobs/arn:Table:Arn/{Table}'),
  ],
  [
    'Sub with variables',
    { 'Fn::Sub': [sub('{x}-{Table}'), { x: { Ref: 'AWS::Region' } }] },
    'eu-west-1-jobs',
  ],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
  ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  ['NoValue', { a: 1, b: { Ref: 'AWS::NoValue' }, c: [{ Ref: 'AWS::NoValue' }, 2] }, { a: 1, c: [2] }],
  ['nothing', { deep: [{ plain: true, Ref: 'Table' }] }, { deep: [{ plain: true, Ref: 'Table' }] }],
])('%s', (_, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected)
})

test.each<[Json, string]>([
  [{ Ref: 'Missing' }, 'Cannot resolve Ref of "Missing"'],
  [{ 'Fn::GetAtt': ['Missing', 'Arn'] }, 'Cannot resolve Fn::GetAtt of ["Missing","Arn"]'],
  [{ 'Fn::Transform': {} }, 'does not know Fn::Transform'],
  [{ 'Fn::Select': [5, ['a']] }, 'Cannot resolve Fn::Select'],
])('refuses %j', (value, message) => {
  expect(() => resolve(value, scope)).toThrow(message)
})
