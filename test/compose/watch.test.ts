import { afterEach, describe, expect, it } from 'vitest'
import { composeWatch } from '../../src/compose/watch.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import type { HomePageLookup } from '../../src/usecases/ports/home-page-lookup.ts'

type Found = Awaited<ReturnType<HomePageLookup['signingKeyOf']>>

const opened: { closeWatch(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((watch) => watch.closeWatch()))
})

/** What health finds of the signing key while everything else is away. */
async function findingOf(found: Found, isSandbox = false) {
  const away = () => Promise.reject(new Error('away'))
  const told: unknown[] = []
  const asked: string[] = []
  const foundation = {
    now: () => new Date(),
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ version: 'test' }),
    jobStore: { kind: 'postgres' },
    read: away,
    queue: { figures: away },
    troubles: { of: (part: string) => () => void told.push(part) },
  } as unknown as Parameters<typeof composeWatch>[0] // looks need no more of it
  const config = {
    isSandbox,
    network: { horizonUrl: 'http://127.0.0.1:9' },
    railUrl: 'http://127.0.0.1:9',
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
        return Promise.resolve(found)
      },
    },
    lookAgainMs: undefined,
  })
  opened.push(watch)
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
})
