/** Functions of the local cloud's tests. */

/** Fails what says so; tells which items it could not handle. */
export const STREAM = `
export const handler = async ({ Records }) => {
  const failed = Records.filter((record) => record.dynamodb.NewImage.poison)
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) }
}`
export const QUEUE = `
export const handler = async ({ Records }) => ({
  batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })),
})`
/** One function for everything that can go wrong in an environment. */
export const WILD = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
const dynamodb = new DynamoDBClient()
let calls = 0
export const handler = async (event, context) => {
  calls++
  if (event.do === 'sleep') await new Promise((resolve) => setTimeout(resolve, event.ms))
  if (event.do === 'spin') for (;;);
  if (event.do === 'exit') process.exit(1)
  if (event.do === 'reject') { Promise.reject(new Error('nobody catches this')); await new Promise(() => {}) }
  if (event.do === 'throw') throw new TypeError('on purpose')
  if (event.do === 'put') await dynamodb.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: event.pk } } }))
  return { calls, remaining: context.getRemainingTimeInMillis(), name: context.functionName, table: process.env.TABLE }
}`
