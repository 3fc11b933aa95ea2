/** What functions answer to CloudFormation about custom resources. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'

/** Takes what is put to a ResponseURL. The first answer counts. */
export class Answers implements AsyncDisposable {
  readonly #server: Server
  readonly #secret = randomUUID()
  readonly #bodies = new Map<string, string>()
  readonly #waiting = new Map<string, () => void>()

  static async listen(): Promise<Answers> {
    const answers = new Answers()
    answers.#server.listen(0, '127.0.0.1')
    await once(answers.#server, 'listening')
    return answers
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      response.statusCode = await this.#take(request)
      response.end()
    })
  }

  url(logicalId: string): string {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    return `http://127.0.0.1:${port}/${logicalId}?secret=${this.#secret}`
  }

  to(logicalId: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(logicalId, resolve))
  }

  received(logicalId: string): string | undefined {
    return this.#bodies.get(logicalId)
  }

  async #take(request: IncomingMessage): Promise<number> {
    const body = await text(request)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    const [logicalId = ''] = pathname.split('/').slice(1)
    if (request.method !== 'PUT' || searchParams.get('secret') !== this.#secret) return 403
    if (!this.#bodies.has(logicalId)) this.#bodies.set(logicalId, body)
    this.#waiting.get(logicalId)?.()
    return 200
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
