import { performance } from 'node:perf_hooks'
import { Client, errors } from 'undici'
import type { WireRequest } from './draft.ts'
import type { HttpAnswer } from './judge.ts'
import type { FuzzWorld } from './world.ts'

export interface Sender {
  /** The answer; a sentence when there was none; undefined when no client could send it. */
  send(request: WireRequest): Promise<HttpAnswer | string | undefined>
  close(): Promise<void>
}

const answerWithinMs = 20_000
const toldMax = 6

/** One connection, kept open, and the last that went over it: who gets no answer may suffer for another's. */
interface Lane {
  readonly client: Client
  readonly before: string[]
}

/** Keeps connections to the listeners open. */
export function openSender(urls: FuzzWorld['urls'], connections: number): Sender {
  const open = (place: keyof FuzzWorld['urls']): Lane[] =>
    Array.from({ length: connections }, () => ({
      client: new Client(urls[place], {
        headersTimeout: answerWithinMs,
        bodyTimeout: answerWithinMs,
      }),
      before: [],
    }))
  const idle = { public: open('public'), internal: open('internal'), strict: open('strict') }
  const all = Object.values(idle).flat()
  return {
    async send(request) {
      const lanes = idle[request.isStrict ? 'strict' : request.door]
      const lane = lanes.shift()
      if (lane === undefined) throw new Error(`more than ${connections} are sent at once`)
      try {
        return await sendOver(lane, request)
      } finally {
        lanes.push(lane)
      }
    },
    close: async () => {
      await Promise.all(all.map(({ client }) => client.close()))
    },
  }
}

/** Such a host is an IPv6 address to undici, which asserts its end and sends nothing; a bare socket sends it. */
const isHalfAddress = (headers: readonly string[]): boolean =>
  headers.some(
    (name, at) => at % 2 === 0 && name === 'host' && /^\[[^\]]*$/.test(headers[at + 1] ?? ''),
  )

async function sendOver(
  { client, before }: Lane,
  { method, target, headers, body }: WireRequest,
): Promise<HttpAnswer | string | undefined> {
  if (isHalfAddress(headers)) return undefined
  const began = performance.now()
  const told = `${method} ${target.slice(0, 200)}, ${body?.length ?? 'no'} bytes`
  try {
    const answer = await client.request({
      method: method as 'GET', // others go over the wire as well
      path: target,
      headers: [...headers],
      ...(body !== undefined && { body }),
    })
    const text = await answer.body.text()
    before.push(`${told}: ${answer.statusCode}`)
    if (before.length > toldMax) before.shift()
    const ms = performance.now() - began
    return { status: answer.statusCode, headers: answer.headers, text, ms }
  } catch (error) {
    if (error instanceof errors.InvalidArgumentError) return undefined
    const what = error instanceof Error ? `${error.name} ${error.message}` : 'unknown'
    return [`no answer: ${what}`, 'before it, on the same connection:', ...before].join('\n')
  }
}
