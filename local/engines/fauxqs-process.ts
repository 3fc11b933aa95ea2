/**
 * Runs fauxqs, which keeps everything in memory. Its queues are created before it listens, so that after a restart no
 * client can come too early and be told that its queue does not exist. Arguments: port, region, queues as JSON.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { buildApp } from 'fauxqs'
import { TraceHeaders } from './trace-headers.ts'

const [port = '', region = '', queues = '[]'] = process.argv.slice(2)
const endpoint = `127.0.0.1:${port}`
const own = /http:\/\/sqs\.[a-z0-9-]+\.localhost:\d+/g
const app = buildApp({ logger: false, defaultRegion: region })

// fauxqs answers with host names such as sqs.us-east-1.localhost, which do not resolve everywhere.
app.addHook('onSend', async (_request, _reply, payload) =>
  typeof payload === 'string' ? payload.replace(own, `http://${endpoint}`) : payload,
)

const traceHeaders = new TraceHeaders()
app.addHook('onSend', async ({ headers, body }, { statusCode }, payload) => {
  const operation = String(headers['x-amz-target']).split('.')[1]
  if (operation === undefined || statusCode !== 200 || typeof payload !== 'string') return payload
  // A message may be handed out before the reply to who sent it has passed here.
  if (operation === 'ReceiveMessage') await turn()
  const header = headers['x-amzn-trace-id']
  const request = typeof body === 'string' ? JSON.parse(body) : body
  return traceHeaders.see({ operation, header: header?.toString(), request, reply: payload })
})

for (const { name, attributes } of JSON.parse(queues)) {
  const reply = await app.inject({
    method: 'POST',
    url: '/',
    headers: {
      host: endpoint,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.CreateQueue',
    },
    payload: JSON.stringify({ QueueName: name, Attributes: attributes }),
  })
  if (reply.statusCode !== 200) throw new Error(`Queue ${name}: ${reply.body}`)
}

process.on('disconnect', () => process.exit())
await app.listen({ port: Number(port), host: '127.0.0.1' })
