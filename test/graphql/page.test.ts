import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backofficeToken, gatewayWorld } from './gateway-world.ts'
import type { World } from './gateway-world.ts'

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
    const ask = (query: string) =>
      fetch(`${world.publicUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    for (const query of ['{ assets { code } }', '{ me { account } }', '{ secret }'])
      await ask(query)
    const text = await (await fetch(`${world.internalUrl}/metrics`)).text()
    const counted = text
      .split('\n')
      .filter((line) => line.startsWith('fairlead_graphql_fields_total{'))
    const line = (operation: string, field: string, outcome: string) =>
      `fairlead_graphql_fields_total{api="partner",operation="${operation}",field="${field}",outcome="${outcome}"} 1`
    expect(counted.toSorted()).toEqual([
      line('query', 'assets', 'ok'),
      line('query', 'me', 'refused'),
      line('unreadable', 'unreadable', 'refused'),
    ])
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
