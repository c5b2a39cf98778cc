import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { horizonLedgers } from '../../../src/adapters/horizon/ledgers.ts'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'

let sandbox: SandboxNetwork
let network: HorizonNetwork

beforeAll(async () => {
  sandbox = await startSandboxNetwork()
  network = horizonNetwork({ horizonUrl: sandbox.url })
})
afterAll(async () => {
  await network.close()
  await sandbox.stop()
})

describe('the ledgers of a Horizon that keeps a part of them', () => {
  it('begin with the oldest that it still has, and one before it is not there', async () => {
    sandbox.control.close({ ledgers: 5 })
    sandbox.control.trim(3)
    const { latest, elder } = await network.head()
    expect([latest.sequence, elder]).toEqual([6n, 3n])
    expect(await network.find(3n)).toMatchObject({ sequence: 3n })
    expect(await network.find(2n)).toBeUndefined()
    expect(await network.find(7n)).toBeUndefined()
  })

  it('are waited for ten seconds', async () => {
    const limits = vi.spyOn(globalThis, 'setTimeout')
    await network.head()
    const waits = limits.mock.calls.map(([, ms]) => ms)
    limits.mockRestore()
    expect(waits).toContain(10_000)
  })

  const root = {
    history_latest_ledger: 7,
    history_latest_ledger_closed_at: '2026-11-21T12:00:00Z',
    history_elder_ledger: 2,
  }
  const named = { sequence: 3, hash: 'ab', closed_at: '2026-11-21T12:00:00Z' }

  it.each([
    [404, { type: 'about:blank', title: 'Not Found' }],
    [404, root],
    [404, named],
    [200, null],
    [200, []],
    [200, 'up'],
  ])('are not guessed from a %d with %j', async (status, body) => {
    const proxy = createServer((_, response) => {
      response.writeHead(status).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo // it listens on TCP
    const behind = horizonNetwork({ horizonUrl: `http://127.0.0.1:${port}` })
    await expect(behind.find(3n)).rejects.toThrow(
      /cannot be read: (it is no ledger|type is no text)$/,
    )
    await expect(behind.head()).rejects.toThrow('cannot be read: its root')
    await behind.close()
    proxy.close()
  })
})

describe('a ledger', () => {
  /** Each number and each time is another. */
  const answers: Readonly<Record<string, readonly [status: number, json: object]>> = {
    '/': [
      200,
      {
        history_latest_ledger: 7,
        history_latest_ledger_closed_at: '2026-11-21T12:00:07Z',
        history_elder_ledger: 2,
        core_latest_ledger: 9,
        ingest_latest_ledger: 8,
      },
    ],
    '/ledgers/3': [
      200,
      {
        id: 'ef',
        paging_token: '12884901888',
        hash: 'ab',
        prev_hash: 'cd',
        sequence: 3,
        closed_at: '2026-11-21T12:00:03Z',
      },
    ],
    '/ledgers/6': [200, { hash: 'gh', sequence: 7, closed_at: '2026-11-21T12:00:07Z' }],
    '/ledgers/4': [404, { type: 'https://stellar.org/horizon-errors/not_found' }],
    '/ledgers/1': [410, { type: 'https://stellar.org/horizon-errors/before_history' }],
    '/ledgers/5': [404, { type: 'https://example.com/not_found/at-all' }],
  }
  const ledgers = horizonLedgers({
    get: async (path) => {
      const [status, json] = answers[path] ?? [500, {}]
      return { status, json }
    },
    close: async () => undefined,
  })

  it('is told with its number, hash and time, and the ends of what is kept with theirs', async () => {
    expect(await ledgers.head()).toStrictEqual({
      latest: { sequence: 7n, closedAt: new Date('2026-11-21T12:00:07Z') },
      elder: 2n,
    })
    expect(await ledgers.find(3n)).toStrictEqual({
      sequence: 3n,
      hash: 'ab',
      closedAt: new Date('2026-11-21T12:00:03Z'),
    })
  })

  it('has the number that Horizon tells, whichever was asked for', async () => {
    expect(await ledgers.find(6n)).toMatchObject({ sequence: 7n, hash: 'gh' })
  })

  it('is none where Horizon says that it has none, or none any more', async () => {
    expect([await ledgers.find(4n), await ledgers.find(1n)]).toEqual([undefined, undefined])
    await expect(ledgers.find(5n)).rejects.toThrow(
      "Horizon's answer cannot be read: it is no ledger",
    )
  })
})
