import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backofficeToken, gatewayWorld } from './gateway-world.ts'
import type { World } from './gateway-world.ts'
import { openSocket } from './socket.ts'

let world: World

beforeAll(async () => {
  world = await gatewayWorld()
})
afterAll(() => world.stop())

const script = '"></script><script>alert(1)</script>'
const encoded = encodeURIComponent(script)

describe.each(['publicUrl', 'internalUrl'] as const)('the page of %s', (listener) => {
  const page = async (query = '', headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${world[listener]}/graphiql${query}`, { headers })
    expect(response.status).toBe(200)
    return response.text()
  }

  it('says the same whatever the address and the headers say (POLARIS-8.19)', async () => {
    const plain = await page()
    for (const name of ['callback', 'query', 'variables', 'headers', 'lang', script]) {
      expect(await page(`?${encodeURIComponent(name)}=${encoded}`)).toBe(plain)
    }
    const told = { 'accept-language': script, referer: `https://x/${encoded}`, cookie: 'a=<b>' }
    expect(await page('', told)).toBe(plain)
  })

  it('holds no token, also when one is sent, and sets no cookie (POLARIS-8.23)', async () => {
    const headers = { authorization: `Bearer ${backofficeToken}` }
    expect(await page('', headers)).not.toContain(backofficeToken)
    const response = await fetch(`${world[listener]}/graphiql`, { headers })
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})

describe('what a reader of the page sees first', () => {
  const partner = `# Your transactions as they happen.
# Log in by SEP-10 and put the token into the headers below:
# { "authorization": "Bearer <token>" }
subscription {
  transactionEvents(after: "start") {
    cursor
    at
    type
    status
    transactionId
  }
}
`
  const backoffice = `# Put the back-office token into the headers below:
# { "authorization": "Bearer <backofficeToken of sandbox.json>" }
query {
  transactions(first: 10) {
    nodes {
      id
      status
      amountIn { value asset }
      timeline { at type to actor note }
      payout { state attemptNumber deadReason }
    }
  }
}
`

  it.each([
    ['publicUrl', 'Fairlead partner API', '/graphql', partner],
    ['internalUrl', 'Fairlead back office', '/backoffice/graphql', backoffice],
  ] as const)('at the %s is its title and a query to begin with', async (...expected) => {
    const [listener, title, path, query] = expected
    const text = await (await fetch(`${world[listener]}/graphiql`)).text()
    const written = (pattern: RegExp) => JSON.parse(pattern.exec(text)?.[1] ?? 'null') as unknown
    expect(text).toContain(
      `<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>`,
    )
    expect(text).toContain('<link rel="stylesheet" href="/graphiql/graphiql.css">')
    expect(text).toContain('<div id="graphiql">Loading …</div>')
    expect(written(/new URL\((".*"), location\.href\)/)).toBe(path)
    expect(written(/defaultQuery: (".*"),/)).toBe(query)
  })
})

describe('what GraphiQL is made of', () => {
  it('is sent from here as what it is, and may be kept for an hour', async () => {
    const kept = 'public, max-age=3600'
    for (const [name, type, caching] of [
      ['', 'text/html', null],
      ['/react.js', 'text/javascript', kept],
      ['/react-dom.js', 'text/javascript', kept],
      ['/graphiql.js', 'text/javascript', kept],
      ['/graphiql.css', 'text/css', kept],
    ] as const) {
      const { status, headers } = await fetch(`${world.publicUrl}/graphiql${name}`)
      const said = [headers.get('content-type'), headers.get('cache-control')]
      expect([name, status, ...said]).toEqual([name, 200, `${type}; charset=utf-8`, caching])
    }
  })
})

describe('operations over HTTP', () => {
  it('are counted where Prometheus reads them, with what came of them', async () => {
    const ask = (url: string, query: string, operationName?: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      })
    const partner = `${world.publicUrl}/graphql`
    for (const query of ['{ assets { code } }', '{ secret }']) await ask(partner, query)
    await ask(partner, 'query A { assets { code } } query B { me { account } }', 'B')
    await ask(`${world.internalUrl}/backoffice/graphql`, '{ network { epoch } }')
    const text = await (await fetch(`${world.internalUrl}/metrics`)).text()
    const counted = text
      .split('\n')
      .filter((line) => line.startsWith('fairlead_graphql_fields_total{'))
    const line = (labels: string, api = 'partner') => {
      const [operation, field, outcome] = labels.split(' ')
      return `fairlead_graphql_fields_total{api="${api}",operation="${operation}",field="${field}",outcome="${outcome}"} 1`
    }
    expect(counted.toSorted()).toEqual([
      line('query network refused', 'backoffice'),
      line('query assets ok'),
      line('query me refused'),
      line('unreadable unreadable refused'),
    ])
  })
})

describe('sockets', () => {
  it('are counted by the API they are of', async () => {
    const counted = async () =>
      (await (await fetch(`${world.internalUrl}/metrics`)).text())
        .split('\n')
        .filter((line) => line.startsWith('fairlead_graphql_sockets_open{'))
    const one = await openSocket(`${world.internalUrl}/backoffice/graphql`)
    expect((await counted()).toSorted()).toEqual([
      'fairlead_graphql_sockets_open{api="backoffice"} 1',
      'fairlead_graphql_sockets_open{api="partner"} 0',
    ])
    await one.close()
  })
})

describe('what no route answers', () => {
  it('is not repeated (POLARIS-8.19)', async () => {
    for (const url of [world.publicUrl, world.internalUrl]) {
      const response = await fetch(`${url}/${encoded}?callback=${encoded}`)
      expect(response.headers.get('content-type')).toMatch(/json/)
      expect(await response.text()).not.toContain('script')
    }
  })
})

describe('the internal listener', () => {
  it('lets no page of the web read its answers (AP-2.15)', async () => {
    for (const path of ['/backoffice/graphql', '/health', '/rail/notices', '/graphiql', '/%zz']) {
      for (const method of ['OPTIONS', 'POST', 'GET']) {
        const { headers } = await fetch(`${world.internalUrl}${path}`, {
          method,
          headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
        })
        expect(headers.get('access-control-allow-origin'), `${method} ${path}`).toBeNull()
      }
    }
  })
})
