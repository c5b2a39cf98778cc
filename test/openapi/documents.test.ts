import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayWorld } from '../graphql/gateway-world.ts'
import type { World } from '../graphql/gateway-world.ts'
import { openDocument } from './open-document.ts'

/** Pages for people in a sandbox, which are no interface. */
const isPage = (url: string): boolean => url === '/graphiql' || url.startsWith('/graphiql/')

interface Route {
  readonly url: string
  readonly method: string | readonly string[]
}

let world: World
/** What each listener registered, in the order in which they were made: the public one first. */
const listeners: Route[][] = []

const listen = (message: unknown) => {
  const { fastify } = message as { readonly fastify: FastifyInstance } // what fastify says it publishes
  const routes: Route[] = []
  listeners.push(routes)
  fastify.addHook('onRoute', ({ url, method }) => void routes.push({ url, method }))
}

beforeAll(async () => {
  subscribe('fastify.initialization', listen)
  world = await gatewayWorld()
  unsubscribe('fastify.initialization', listen)
})
afterAll(() => world.stop())

describe.each([
  { file: 'schema/public.openapi.yaml', index: 0, url: () => world.publicUrl },
  { file: 'schema/internal.openapi.yaml', index: 1, url: () => world.internalUrl },
])('$file', ({ file, index, url }) => {
  const document = openDocument(file)

  it('is a valid document of OpenAPI 3.1', async () => {
    const judged = await new Validator().validate({ ...document.whole })
    expect(judged).toEqual({ valid: true })
  })

  it('describes each route that the listener has, and no other', async () => {
    const served = await routesServed(listeners[index] ?? [], url())
    const described = document.operations.map(({ method, path }) => `${method} ${path}`)
    expect(described.toSorted()).toEqual(served)
  })

  it('has a name of its own for each operation', () => {
    const names = document.operations.map(({ operationId }) => operationId)
    expect(new Set(names).size).toBe(names.length)
  })

  it('describes what is answered to a call with nothing in it', async () => {
    for (const operation of document.operations) {
      const { method } = operation
      const answer = await fetch(url() + operation.path, { method })
      const [headers, text] = [Object.fromEntries(answer.headers), await answer.text()]
      const faults = document.faultsOf(operation, { status: answer.status, headers, text })
      expect([`${method} ${operation.path}`, ...faults]).toHaveLength(1)
    }
  })

  it('would notice an answer that it does not describe', async () => {
    const [first] = document.operations
    if (first === undefined) throw new Error('there is no operation')
    const odd = { status: 400, headers: { 'content-type': 'application/json' } }
    const faults = (text: string) => document.faultsOf(first, { ...odd, text })
    const good = { ...odd, headers: { ...odd.headers, 'x-request-id': world.rooms.newId() } }
    expect(document.faultsOf(first, { ...good, text: '{"error":"no"}' })).toEqual([])
    expect(faults('{"error":"no"}')).toEqual(['the header x-request-id is missing'])
    expect(document.faultsOf(first, { ...good, text: '{"error":"no","stack":"x"}' })).toHaveLength(
      1,
    )
    expect(document.faultsOf(first, { ...good, text: 'no' })).toEqual(['the body is no JSON'])
    expect(document.faultsOf(first, { ...good, status: 418, text: '{}' })).toHaveLength(1)
  })
})

/** By what `OPTIONS` allows where it is answered, as each path registers 405 for all other methods. */
async function routesServed(routes: readonly Route[], base: string): Promise<readonly string[]> {
  const byUrl = new Map<string, Set<string>>()
  for (const { url, method } of routes.filter((route) => !isPage(route.url))) {
    const known = byUrl.get(url) ?? new Set()
    for (const name of [method].flat()) known.add(name)
    byUrl.set(url, known)
  }
  const served: string[] = []
  for (const [url, methods] of byUrl) {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    const answer = methods.has('OPTIONS') ? await fetch(base + path, { method: 'OPTIONS' }) : null
    const allowed = answer?.headers.get('allow')?.split(', ') ?? [...methods]
    const given = allowed.filter((name) => name !== 'HEAD' && name !== 'OPTIONS')
    served.push(...given.map((name) => `${name} ${path}`))
  }
  return served.toSorted()
}
