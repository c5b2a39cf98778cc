import { Asset, Networks, Operation } from '@stellar/stellar-sdk'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import type { FaultEffect, FaultMatch } from '../../../src/sandbox/network/faults/fault.ts'
import { createInterference } from '../../../src/sandbox/network/faults/interference.ts'
import { namedInSubmission } from '../../../src/sandbox/network/faults/named.ts'
import { createFaultRegistry } from '../../../src/sandbox/network/faults/registry.ts'
import type { Asked } from '../../../src/sandbox/network/faults/registry.ts'
import { timedOutSubmission } from '../../../src/sandbox/network/faults/submit-timeout.ts'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import type { Exchange } from '../../../src/sandbox/network/http/exchange.ts'
import type { Network } from '../../../src/sandbox/network/network/network.ts'
import { createWorld, idOf } from '../ledger/world.ts'

/** Which request a fault meets, and what it does to it, without a server around it. */

afterEach(() => {
  vi.useRealTimers()
})

function asking(line: string, headers: Record<string, string> = {}): Exchange {
  const [method = '', target = ''] = line.split(' ')
  const { pathname, searchParams } = new URL(target, 'http://a')
  const exchange: Asked = {
    method,
    path: pathname,
    query: searchParams,
    headers,
    body: Buffer.from(''),
  }
  return exchange as Exchange // a fault looks at no more of it
}

const registry = (random = () => 0, named = new Set<string>()) =>
  createFaultRegistry({ random, named: () => named })
const effect = { kind: 'hang_up' } as const

test.each<[FaultMatch, string, boolean]>([
  [{}, 'GET /ledgers', true],
  [{ method: 'GET' }, 'GET /ledgers', true],
  [{ method: 'GET' }, 'POST /ledgers', false],
  [{ path: '/ledgers' }, 'GET /ledgers', true],
  [{ path: '/ledgers' }, 'GET /ledgers/3', false],
  [{ path: '/ledgers' }, 'GET /old/ledgers', false],
  [{ path: '/accounts/*' }, 'GET /accounts/GA/payments', true],
  [{ path: '/accounts/*' }, 'GET /accounts', false],
  [{ path: '/*/GA' }, 'GET /accounts/GA', true],
  [{ path: '/*/GA/*' }, 'GET /accounts/GA/payments', true],
  [{ path: '/*/GA/*' }, 'GET /accounts/GB/payments', false],
  [{ path: '/a.b' }, 'GET /a.b', true],
  [{ path: '/a.b.c' }, 'GET /a.bxc', false],
  [{ path: '/a.b' }, 'GET /axb', false],
  [{ method: 'GET', path: '/ledgers' }, 'GET /payments', false],
  [{ account: 'GA' }, 'GET /accounts/GA', true],
  [{ account: 'GA' }, 'GET /accounts?signer=GA', true],
  [{ account: 'GA' }, 'GET /accounts?signer=GAB', false],
  [{ account: 'GA' }, 'GET /accounts?limit=1&signer=GA&order=desc', true],
  [{ account: 'GN' }, 'POST /transactions', true],
  [{ account: 'GA', hash: 'ff' }, 'GET /accounts/GA', false],
  [{ account: 'GA', hash: 'ff' }, 'GET /accounts/GA?hash=ff', true],
  [{ client: 'shaky' }, 'GET /ledgers?X-Client-Name=shaky', true],
  [{ client: 'shaky' }, 'GET /ledgers?name=shaky', false],
])('a fault for %j meets %s: %s (SBX-97)', (match, line, met) => {
  const faults = registry(() => 0, new Set(['GN']))
  const fault = faults.add({ match, effect })
  expect(faults.meet(['hang_up'], asking(line))).toEqual(met ? effect : undefined)
  expect(fault.hits).toHaveLength(met ? 1 : 0)
})

describe('a fault (SBX-97)', () => {
  it('meets a client by each of its names', () => {
    const faults = registry()
    faults.add({ match: { client: 'shaky' }, effect })
    const meets = (headers: Record<string, string>) =>
      faults.meet(['hang_up'], asking('GET /', headers)) !== undefined
    expect(meets({ 'x-client-name': 'a shaky one' })).toBe(true)
    expect(meets({ 'user-agent': 'shaky/1' })).toBe(true)
    expect(meets({ accept: 'shaky' })).toBe(false)
  })

  it.each(['named', 'agent', 'queried'])(
    'meets a client that is %s among other names',
    (client) => {
      const faults = registry()
      faults.add({ match: { client }, effect })
      const headers = { 'x-client-name': 'the named', 'user-agent': 'agent/1' }
      const asked = asking('GET /?X-Client-Name=queried', headers)
      expect(faults.meet(['hang_up'], asked)).toEqual(effect)
    },
  )

  it('counts its requests before it draws, and draws for none that does not count yet', () => {
    const draws = [0.9, 0.1, 0.9, 0.1]
    const faults = registry(() => draws.shift() ?? 1)
    faults.add({ match: { nth: 3, path: '/ledgers', probability: 0.5 }, effect })
    const met = (path: string) => faults.meet(['hang_up'], asking(`GET ${path}`)) !== undefined
    expect(met('/')).toBe(false)
    const kinds = Array.from({ length: 6 }, () => met('/ledgers'))
    expect(kinds).toEqual([false, false, false, true, false, true])
  })

  it('fires by chance below its probability, and draws only where it has one', () => {
    const draws = [0.4, 0.5, 0.6]
    const faults = registry(() => draws.shift() ?? 1)
    faults.add({ effect: { kind: 'bad_gateway' } })
    faults.add({ match: { probability: 0.5 }, effect })
    const met = () => faults.meet(['hang_up'], asking('GET /')) !== undefined
    expect(faults.meet(['bad_gateway'], asking('GET /'))).toEqual({ kind: 'bad_gateway' })
    expect([met(), met(), met()]).toEqual([true, false, false])
  })

  it('is met from its nth request on and so many times, the first one first', () => {
    const faults = registry()
    const first = faults.add({ match: { nth: 2 }, effect, times: 2 })
    const second = faults.add({ effect: { kind: 'rate_limit', limit: 1 } })
    const met = () => faults.meet(['hang_up', 'rate_limit'], asking('GET /'))?.kind
    const kinds = [met(), met(), met(), met()]
    expect(kinds).toEqual(['rate_limit', 'hang_up', 'hang_up', 'rate_limit'])
    expect([first, second].map(({ id, removed }) => [id, removed])).toEqual([
      ['1', true],
      ['2', false],
    ])
  })

  it('is taken away once, alone or with all others', () => {
    const faults = registry()
    const [one, two] = [faults.add({ effect }), faults.add({ effect })]
    expect([faults.remove(one.id), faults.remove(one.id), faults.remove('9')]).toEqual([
      true,
      false,
      false,
    ])
    expect(faults.faults.map(({ removed }) => removed)).toEqual([true, false])
    const three = faults.add({ effect })
    expect([one, two, three].map(({ id }) => id)).toEqual(['1', '2', '3'])
    faults.clear()
    expect([two, three].map(({ removed }) => removed)).toEqual([true, true])
    expect(faults.meet(['hang_up'], asking('GET /'))).toBeUndefined()
  })
})

test('a submitted transaction names its accounts and its hash, a page that was asked for none', () => {
  const world = createWorld()
  const payment = { destination: idOf('bob'), asset: Asset.native(), amount: '1' }
  const built = world.build({ source: 'root', operations: [Operation.payment(payment)] })
  const query = new URLSearchParams({ tx: built.toXdr() }).toString()
  const named = (line: string) => namedInSubmission(asking(line), Networks.TESTNET)
  const hash = Buffer.from(built.hash()).toString('hex')
  expect(named(`POST /transactions?${query}`)).toEqual(new Set([idOf('root'), idOf('bob'), hash]))
  expect(named(`GET /transactions?${query}`)).toEqual(new Set())
  expect(named('POST /transactions?tx=AAAA')).toEqual(new Set())
  expect(named('POST /transactions')).toEqual(new Set())
})

describe('a request', () => {
  const reply = { status: 200, type: 'application/json', body: '{}' }
  const hungUp = { status: 0, type: '', body: '', delivery: { hangUp: true } }
  const network = { options: { parameters: { networkPassphrase: Networks.TESTNET } } }
  const drilled = (...effects: readonly FaultEffect[]) => {
    const faults = registry()
    for (const one of effects) faults.add({ effect: one })
    const seen: string[] = []
    const interference = createInterference(faults, network as Network)
    const next = ({ method, path, query }: Exchange) => {
      seen.push(`${method} ${path}?${query.toString()}`)
      return reply
    }
    const answer = async (line: string, headers = {}) =>
      interference.around(asking(line, headers), next)
    return { faults, interference, seen, answer }
  }
  const stream = { accept: 'text/event-stream' }

  it.each([
    ['POST /transactions', 504],
    ['POST /transactions_async', 504],
    ['GET /transactions', 200],
    ['GET /transactions_async', 200],
    ['POST /friendbot', 200],
    ['POST /_sandbox/submit', 200],
  ])('%s is answered with %d where submissions time out (SBX-98)', async (line, status) => {
    const { answer } = drilled({ kind: 'submit_timeout', applied: 'never' })
    expect((await answer(line)).status).toBe(status)
  })

  it('of a stream is refused for as long as the cut says, not longer (SBX-101)', async () => {
    vi.useFakeTimers({ now: 1000 })
    const cut = { kind: 'stream_cut', afterBytes: 5, refuseMs: 100 } as const
    const { answer, interference } = drilled(cut)
    expect(await answer('GET /ledgers', stream)).toEqual(reply)
    expect(interference.stream(asking('GET /ledgers', stream))).toEqual({ cutAfterBytes: 5 })
    vi.setSystemTime(1099)
    expect(await answer('GET /ledgers', stream)).toEqual(hungUp)
    expect(await answer('GET /ledgers')).toEqual(reply)
    vi.setSystemTime(1100)
    expect(await answer('GET /ledgers', stream)).toEqual(reply)
  })

  it('for the page after a cursor gets the one before it, and other requests what they are (SBX-102)', async () => {
    const { answer, seen, faults } = drilled({ kind: 'repeat', records: 1 })
    for (const cursor of ['10', 'now', '0', '', '3-1']) {
      await answer(`GET /payments?cursor=${cursor}&limit=5`)
    }
    await answer('GET /payments?cursor=10', stream)
    expect(seen).toEqual([
      'GET /payments?cursor=9&limit=5',
      'GET /payments?cursor=now&limit=5',
      'GET /payments?cursor=0&limit=5',
      'GET /payments?cursor=&limit=5',
      'GET /payments?cursor=3-1&limit=5',
      'GET /payments?cursor=10',
    ])
    expect(faults.faults[0]?.hits).toHaveLength(1)
  })

  it('is slow by what the fault says, in its headers or its body (SBX-106)', async () => {
    const headers = drilled({ kind: 'slow', headersMs: 5 })
    const late = { headersAfterMs: 5, bodyAfterMs: 0 }
    expect(await headers.answer('GET /')).toEqual({ ...reply, delivery: late })
    const body = drilled({ kind: 'slow', bodyMs: 5 })
    const later = { headersAfterMs: 0, bodyAfterMs: 5 }
    expect(await body.answer('GET /')).toEqual({ ...reply, delivery: later })
  })

  it('that reads sees what is old or withheld; one that sends does not use such a fault up (SBX-103, SBX-104)', () => {
    const { interference, faults } = drilled(
      { kind: 'stale', ledgers: 3 },
      { kind: 'withhold', hash: 'ff' },
    )
    expect(interference.sight(asking('POST /transactions'))).toEqual({})
    expect(faults.faults.flatMap(({ hits }) => hits)).toEqual([])
    expect(interference.sight(asking('GET /payments'))).toEqual({ ledgersAgo: 3 })
    expect(interference.sight(asking('GET /payments', stream))).toEqual({
      ledgersAgo: 3,
      withheld: expect.any(Function),
    })
  })

  it('is not shown a withheld transaction, for so many ledgers or for ever, and all others (SBX-103)', () => {
    const history = { latest: 4, transaction: () => ({ id: toid(3, 2) }) }
    const shown = (
      transaction: typeof history.transaction | (() => undefined),
      ledgers?: number,
    ) => {
      const faults = registry()
      const forSoLong = ledgers !== undefined && { ledgers }
      faults.add({ effect: { kind: 'withhold', hash: 'ff', pages: true, ...forSoLong } })
      const seen = { ...network, history: { ...history, transaction } }
      const interference = createInterference(faults, seen as unknown as Network)
      const { withheld } = interference.sight(asking('GET /payments'))
      const ids = [toid(3, 1, 1), toid(3, 2), toid(3, 2, 9), toid(3, 3, 1), toid(4, 2, 1)]
      return ids.map((id) => withheld?.(id))
    }
    expect(shown(history.transaction)).toEqual([false, true, true, false, false])
    expect(shown(history.transaction, 2)).toEqual([false, true, true, false, false])
    expect(shown(history.transaction, 1)).toEqual(Array(5).fill(false))
    expect(shown(() => undefined)).toEqual(Array(5).fill(false))
  })

  it('for a stream is told what is done to it, in words where that is an error (SBX-105)', () => {
    const { interference } = drilled(
      { kind: 'stream_cut', afterRecords: 2 },
      { kind: 'repeat', records: 4 },
      { kind: 'stream_error' },
    )
    expect(interference.stream(asking('GET /payments', stream))).toEqual({
      cutAfterRecords: 2,
      repeat: 4,
      error: expect.objectContaining({
        type: 'https://stellar.org/horizon-errors/rate_limit_exceeded',
        status: 429,
      }),
    })
    expect(drilled().interference.stream(asking('GET /payments', stream))).toEqual({})
  })
})

describe('a submission that times out', () => {
  const exchange = asking('POST /transactions?tx=AAAA')
  const options = { parameters: { networkPassphrase: Networks.TESTNET } }
  const submitting = (onLedger: (listener: () => void) => () => void = () => () => undefined) => {
    let handedIn = 0
    const next = () => {
      handedIn += 1
      return { status: 200, type: '', body: '' }
    }
    const network = { options, onIngested: onLedger } as unknown as Network
    return { handedIn: () => handedIn, submitting: { exchange, next, network } }
  }
  const hungUp = { status: 0, type: '', body: '', delivery: { hangUp: true } }

  it('tells the hash, or none where there is no transaction in it (SBX-98)', async () => {
    const { submitting: sent, handedIn } = submitting()
    const answer = await timedOutSubmission({ kind: 'submit_timeout', applied: 'never' }, sent)
    expect(JSON.parse(String(answer.body))).toMatchObject({
      status: 504,
      extras: { hash: '', envelope_xdr: 'AAAA' },
    })
    expect(handedIn()).toBe(0)
  })

  it('goes in after the ledgers it waits for, once, and after one where none is told (SBX-100)', async () => {
    const countsOf = async (ledgers?: number) => {
      const listeners = new Set<() => void>()
      const { submitting: sent, handedIn } = submitting((listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      })
      await timedOutSubmission(
        { kind: 'submit_timeout', applied: 'later', ...(ledgers !== undefined && { ledgers }) },
        sent,
      )
      const counts = []
      for (let ledger = 0; ledger < 4; ledger += 1) {
        for (const listener of listeners) listener()
        await Promise.resolve()
        counts.push(handedIn())
      }
      return counts
    }
    expect(await countsOf(3)).toEqual([0, 0, 1, 1])
    expect(await countsOf()).toEqual([1, 1, 1, 1])
  })

  it('hears nothing for a minute where no time is told, and then loses its connection (SBX-98)', async () => {
    vi.useFakeTimers()
    const silence = { kind: 'submit_timeout', applied: 'never', answer: 'silence' } as const
    let heard: unknown
    const answered = timedOutSubmission(silence, submitting().submitting).then((answer) => {
      heard = answer
    })
    await vi.advanceTimersByTimeAsync(59_999)
    expect(heard).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await answered
    expect(heard).toEqual(hungUp)
    const gone = { kind: 'submit_timeout', applied: 'never', answer: 'hang_up' } as const
    expect(await timedOutSubmission(gone, submitting().submitting)).toEqual(hungUp)
  })
})
