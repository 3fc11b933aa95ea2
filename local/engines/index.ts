/** The engines that stand in for DynamoDB and SQS. */
import { readAssembly } from '../assembly.ts'
import { type Clients, createClients } from '../clients.ts'
import { readStack, type Stack } from '../resources/stack.ts'
import { removeFolder, temporaryFolder } from '../temporary.ts'
import type { Call, Service } from './calls.ts'
import { createTables, startDynamo } from './dynamodb.ts'
import { startGateway } from './gateway.ts'
import { givenEndpoint } from './given.ts'
import { type Engine, freePort } from './process.ts'
import { startS3 } from './s3.ts'
import { startSqs, useSqs } from './sqs.ts'

export interface EnginesOptions {
  assembly: string
  stack?: string | undefined
  dynamodbEndpoint?: string | undefined
  sqsEndpoint?: string | undefined
  s3Endpoint?: string | undefined
  notice?: ((text: string) => void) | undefined
  /** Gets each call that a function or a client makes, before the engine does. */
  call?: ((call: Call) => void | Promise<void>) | undefined
}

/** A stack's tables, queues and buckets, on engines that run. */
export interface Engines {
  /** For whatever else has to be written down; gone in the end. */
  dir: string
  stack: Stack
  dynamodb: Engine
  sqs: Engine
  /** Absent for a stack without buckets. */
  s3: Engine | undefined
  endpoints: { dynamodb: string; sqs: string; s3?: string }
  clients: Clients
  /** Tables that did not exist before. */
  newTables: Set<string>
}

/** Starts the engines, unless the environment names some, and creates what the template says. */
export async function startEngines(options: EnginesOptions, started: AsyncDisposableStack): Promise<Engines> {
  const { notice = () => {}, dynamodbEndpoint = givenEndpoint('DYNAMODB') } = options
  const dir = await temporaryFolder('engines')
  started.defer(() => removeFolder(dir))

  // A queue's URL is part of what the template resolves to, so its port is chosen before it is served.
  const givenSqs = options.sqsEndpoint?.replace(/\/$/, '') ?? givenEndpoint('SQS')
  const sqsPort = await freePort()
  const assembly = readAssembly(options.assembly, options.stack)
  const { region } = assembly
  const inFront = async (service: Service, behind: string): Promise<string> => {
    if (!options.call) return behind
    const gateway = await startGateway({ service, region, behind, seen: options.call })
    started.defer(() => gateway.stop())
    return gateway.endpoint
  }
  const sqsEndpoint = await inFront('sqs', givenSqs ?? `http://127.0.0.1:${sqsPort}`)
  const stack = readStack(assembly, sqsEndpoint)
  const { queues, buckets } = stack

  const dynamodb = await startDynamo({ dir, endpoint: dynamodbEndpoint, notice })
  started.defer(() => dynamodb.stop())
  const { s3Endpoint = givenEndpoint('S3') } = options
  const s3 = await startS3({ dir, region, buckets, endpoint: s3Endpoint, notice })
  if (s3) started.defer(() => s3.stop())
  const endpoints = {
    dynamodb: await inFront('dynamodb', dynamodb.endpoint),
    sqs: sqsEndpoint,
    ...(s3 && { s3: await inFront('s3', s3.endpoint) }),
  }
  const clients = createClients(region, { dynamodb: dynamodb.endpoint, sqs: sqsEndpoint })
  started.defer(() => clients.destroy())
  const sqs = givenSqs
    ? await useSqs(givenSqs, clients.sqs, queues)
    : await startSqs({ port: sqsPort, region, queues, notice })
  started.defer(() => sqs.stop())
  const newTables = await createTables(clients.dynamodb, stack.tables)
  return { dir, stack, dynamodb, sqs, s3, endpoints, clients, newTables }
}
