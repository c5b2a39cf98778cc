import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { signRequest } from '../../src/adapters/rails/http/signature.ts'
import { composeWatch } from '../../src/compose/watch.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import type { HomePageLookup } from '../../src/usecases/ports/home-page-lookup.ts'
import { until } from '../until.ts'

type Found = Awaited<ReturnType<HomePageLookup['signingKeyOf']>>

const opened: { closeWatch(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((watch) => watch.closeWatch()))
})

const bank = 'http://127.0.0.1:9' // nobody is there

const away = (): Promise<unknown> => Promise.reject(new Error('away'))

/** A health that finds this of the signing key while everything else is away. */
function watching(
  found: () => Found,
  {
    isSandbox = false,
    now = () => new Date(),
    railUrl = bank,
    horizonUrl = bank,
    storage = away,
  } = {},
) {
  const told: unknown[] = []
  const asked: string[] = []
  const metrics = createMetrics({ version: 'test' })
  const foundation = {
    now,
    log: createLog({ level: 'silent' }),
    metrics,
    jobStore: { kind: 'postgres' },
    read: storage,
    queue: { figures: storage },
    troubles: { of: (part: string) => () => void told.push(part) },
  } as unknown as Parameters<typeof composeWatch>[0] // looks need no more of it
  const config = {
    isSandbox,
    network: { horizonUrl },
    railUrl,
    site: { homeDomain: 'anchor.example.com' },
  } as unknown as Parameters<typeof composeWatch>[1]['config']
  const watch = composeWatch(foundation, {
    config,
    secrets: { railToken: 'token', railSecret: 'secret' } as Parameters<
      typeof composeWatch
    >[1]['secrets'],
    signingKey: 'GOURS',
    homePages: {
      signingKeyOf: (domain) => {
        asked.push(domain)
        return Promise.resolve(found())
      },
    },
    lookAgainMs: undefined,
  })
  opened.push(watch)
  return { watch, asked, told, metrics }
}

async function findingOf(found: Found, isSandbox = false) {
  const { watch, asked, told } = watching(() => found, { isSandbox })
  const { checks } = await watch.checkHealth()
  const byName = new Map(checks.map((check) => [check.name, check]))
  return { key: byName.get('signing_key'), bank: byName.get('bank'), asked, told }
}

describe('health', () => {
  it.each([
    ['ours', accepted('GOURS'), 'ok', /names our signing key/],
    ['another', accepted('GANOTHER'), 'failing', /names another SIGNING_KEY/],
    ['none', refused({ code: 'no_signing_key' } as const), 'failing', /names no SIGNING_KEY/],
    ['not seen', refused({ code: 'unreachable' } as const), 'ok', /could not be seen/],
  ])(
    'looks whether the home domain names our signing key: %s (AP-1.11)',
    async (...[, found, status, says]) => {
      const { key, asked } = await findingOf(found)
      expect(key).toMatchObject({ status, says: expect.stringMatching(says) as string })
      expect(asked).toEqual(['anchor.example.com'])
    },
  )

  it('does not look for a page of the sandbox, which is not at its home domain', async () => {
    const { key, asked } = await findingOf(accepted('GANOTHER'), true)
    expect([key, asked]).toEqual([undefined, []])
  })

  it('calls a bank away that does not answer, and has the log say why storage is', async () => {
    const { bank, told } = await findingOf(accepted('GOURS'))
    expect(bank?.status).toBe('degraded')
    expect(told).toEqual(['health', 'health', 'health'])
  })

  it.each([
    ['unauthorized', 'unauthorized'],
    ['a'.repeat(40), 'a'.repeat(40)],
    ['a'.repeat(41), 'no plain code'],
  ])('says by which code the bank refuses us, if it is one: %s', async (code, said) => {
    const heard: unknown[] = []
    const server = createServer(({ headers, url }, response) => {
      const timestamp = String(headers['payout-timestamp'])
      const parts = { method: 'GET', path: url ?? '', timestamp, idempotencyKey: '', body: '' }
      const isSigned = headers['payout-signature'] === signRequest('secret', parts)
      heard.push([headers.authorization, isSigned])
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code, message: 'Who are you?' } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const railUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { watch, metrics } = watching(() => accepted('GOURS'), { railUrl })
    const { checks } = await watch.checkHealth()
    const text = await metrics.registry.metrics()
    server.close()
    expect(checks.find(({ name }) => name === 'bank')).toMatchObject({
      status: 'failing',
      says: `The bank refuses our calls (${said})`,
    })
    expect(heard).toEqual([['Bearer token', true]])
    const calls = 'fairlead_outward_call_duration_seconds_count'
    expect(text).toContain(`${calls}{target="bank",outcome="4xx"} 1`)
    expect(text).toContain(`${calls}{target="horizon",outcome="no_answer"} 1`)
  })

  it('asks for the key each minute, and after seconds while it is another', async () => {
    let moment = Date.parse('2026-11-21T12:00:00Z')
    let found: Found = accepted('GOURS')
    const { watch, asked } = watching(() => found, { now: () => new Date(moment) })
    const askedAfter = async (seconds: number) => {
      moment += seconds * 1_000
      await watch.checkHealth()
      return asked.length
    }
    expect(await askedAfter(0)).toBe(1)
    expect(await askedAfter(59)).toBe(1)
    found = accepted('GANOTHER')
    expect([await askedAfter(1), await askedAfter(2), await askedAfter(1)]).toEqual([2, 2, 3])
    found = accepted('GOURS')
    expect([await askedAfter(3), await askedAfter(59)]).toEqual([4, 4])
  })

  it('looks at storage every five seconds, each second while it is away, and so at the network', async () => {
    let looks = 0
    let isAway = false
    let moment = Date.parse('2026-11-21T12:00:00Z')
    const storage = () => {
      looks += 1
      return isAway ? away() : Promise.resolve([])
    }
    let calls = 0
    const server = createServer((_, response) => {
      calls += 1
      const at = new Date(moment).toISOString()
      const latest = { history_latest_ledger: 9, history_latest_ledger_closed_at: at }
      response.end(JSON.stringify({ ...latest, history_elder_ledger: 2 }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const horizonUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const now = () => new Date(moment)
    const { watch } = watching(() => accepted('GOURS'), { now, horizonUrl, storage })
    const countsAfter = async (ms: number) => {
      moment += ms
      await watch.writeMetrics().catch(() => undefined) // there is nothing to be read in it
      await watch.checkReadiness()
      return [looks, calls]
    }
    expect(await countsAfter(0)).toEqual([3, 1])
    expect(await countsAfter(999)).toEqual([3, 1])
    expect(await countsAfter(1)).toEqual([3, 2])
    expect(await countsAfter(3_999)).toEqual([3, 3])
    isAway = true
    expect(await countsAfter(1)).toEqual([6, 3])
    expect(await countsAfter(999)).toEqual([6, 4])
    expect(await countsAfter(1)).toEqual([9, 4])
    server.close()
  })

  it('gives up what it asked a silent Horizon and bank, as soon as nobody waits for it', async () => {
    const heard: (string | undefined)[] = []
    const open = new Set<ServerResponse>()
    const server = createServer(({ url }, response) => {
      heard.push(url?.split('?')[0])
      open.add(response.once('close', () => open.delete(response)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const { watch } = watching(() => accepted('GOURS'), { horizonUrl: url, railUrl: url })
      await watch.checkHealth()
      expect(new Set(heard)).toEqual(new Set(['/', '/payouts']))
      await until(() => open.size === 0, 'both calls to end', 3_000)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('asks the bank every quarter of a minute, and after seconds while it is away', async () => {
    let calls = 0
    let isWell = true
    const server = createServer((_, response) => {
      calls += 1
      response.writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' })
      response.end('{"payouts":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const railUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    let moment = Date.parse('2026-11-21T12:00:00Z')
    const { watch } = watching(() => accepted('GOURS'), { now: () => new Date(moment), railUrl })
    const callsAfter = async (seconds: number) => {
      moment += seconds * 1_000
      await watch.checkHealth()
      return calls
    }
    expect([await callsAfter(0), await callsAfter(14)]).toEqual([1, 1])
    isWell = false
    expect([await callsAfter(1), await callsAfter(2), await callsAfter(1)]).toEqual([2, 2, 3])
    server.close()
  })
})
