import { performance } from 'node:perf_hooks'
import { Pool, errors } from 'undici'
import type { WireRequest } from './draft.ts'
import type { HttpAnswer } from './judge.ts'
import type { FuzzWorld } from './world.ts'

export interface Sender {
  /** The answer; a sentence when there was none; undefined when no client could send it. */
  send(request: WireRequest): Promise<HttpAnswer | string | undefined>
  close(): Promise<void>
}

const answerWithinMs = 20_000

/** Keeps connections to both listeners open. */
export function openSender(urls: FuzzWorld['urls'], connections: number): Sender {
  const open = (place: keyof FuzzWorld['urls']) =>
    new Pool(urls[place], {
      connections,
      headersTimeout: answerWithinMs,
      bodyTimeout: answerWithinMs,
    })
  const pools = { public: open('public'), internal: open('internal'), strict: open('strict') }
  return {
    async send(request) {
      const { door, isStrict, method, target, headers, body } = request
      const began = performance.now()
      try {
        const {
          statusCode,
          headers: answered,
          body: answer,
        } = await pools[isStrict ? 'strict' : door].request({
          method: method as 'GET', // others go over the wire as well
          path: target,
          headers: [...headers],
          ...(body !== undefined && { body }),
        })
        const text = await answer.text()
        const ms = performance.now() - began
        return { status: statusCode, headers: answered, text, ms }
      } catch (error) {
        if (error instanceof errors.InvalidArgumentError) return undefined
        return `no answer: ${error instanceof Error ? `${error.name} ${error.message}` : 'unknown'}`
      }
    },
    close: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
