import { describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import type { HttpRequest } from '../../../src/http/server/route.ts'

const seen: HttpRequest[] = []
const note = () => undefined
const app = createHttpServer({
  authenticate: async () => ({ error: 'nobody is let in' }),
  log: { info: note, warn: note, error: note },
  trustProxy: 1,
  tables: [
    {
      cors: false,
      routes: (['GET', 'POST'] as const).map((method) => ({
        method,
        path: '/seen',
        auth: 'none',
        route: async (request) => {
          seen.push(request)
          return { status: 200 }
        },
      })),
    },
  ],
})

interface Asked {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly remoteAddress?: string
}

async function seenOf(asked: Asked): Promise<HttpRequest | undefined> {
  seen.length = 0
  await app.inject({ url: '/seen', ...asked })
  return seen[0]
}

describe('a request as a route sees it', () => {
  it.each([
    ['GET', 'GET'],
    ['HEAD', 'GET'],
    ['POST', 'POST'],
  ] as const)('that comes as %s has the method %s (SEP01-02)', async (method, read) => {
    expect((await seenOf({ method }))?.method).toBe(read)
  })

  it.each([
    ['/seen', []],
    ['/seen?', []],
    [
      '/seen?a=1?b&c=?',
      [
        ['a', '1?b'],
        ['c', '?'],
      ],
    ],
  ] as const)('at %s has all that comes after the first question mark', async (url, pairs) => {
    expect([...((await seenOf({ url }))?.query ?? [])]).toEqual(pairs)
  })

  it('comes from whom our proxy names, and not from the proxy (AP-2.19)', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    expect((await seenOf({ headers, remoteAddress: '10.0.0.1' }))?.remoteAddress).toBe(
      '203.0.113.7',
    )
  })
})
