/** Engines that the environment names. */
import { expect, it } from 'vitest'
import { givenEndpoint } from '../../local/engines/given.ts'

const EMULATOR = { AWS_ENDPOINT_URL: 'https://127.0.0.1:9297/' }

it('are none, one for a service, or an emulator of all', () => {
  expect(givenEndpoint('SQS', {})).toBeUndefined()
  expect(givenEndpoint('SQS', EMULATOR)).toBe('https://127.0.0.1:9297')
  expect(givenEndpoint('DYNAMODB', { ...EMULATOR, DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' })).toBe(
    'http://127.0.0.1:8000',
  )
})

it('are not named by what is empty', () => {
  expect(givenEndpoint('S3', { S3_ENDPOINT: '' })).toBeUndefined()
})
