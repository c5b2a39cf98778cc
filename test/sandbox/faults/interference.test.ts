import { describe, expect, it, test, vi } from 'vitest'
import { CHAOS } from '../../../src/sandbox/network/faults/chaos.ts'
import type { FaultEffect } from '../../../src/sandbox/network/faults/fault.ts'
import { createInterference } from '../../../src/sandbox/network/faults/interference.ts'
import { createFaultRegistry } from '../../../src/sandbox/network/faults/registry.ts'
import type { Exchange } from '../../../src/sandbox/network/http/exchange.ts'
import { problemReply } from '../../../src/sandbox/network/http/listener.ts'
import { Problem } from '../../../src/sandbox/network/http/problem.ts'
import type { Network } from '../../../src/sandbox/network/network/network.ts'

/** What is answered where a fault is in force, whole, and which of several is met. */

const reply = { status: 200, type: 'application/json', body: '{}' }
const hungUp = { status: 0, type: '', body: '', delivery: { hangUp: true } }
const stream = { accept: 'text/html, text/event-stream' }

function asking(line: string, headers: Record<string, string> = {}): Exchange {
  const [method = '', target = ''] = line.split(' ')
  const { pathname: path, searchParams: query } = new URL(target, 'http://a')
  return { method, path, query, headers, body: Buffer.from('') } as Exchange // all that a fault looks at
}

function drilled(...effects: readonly FaultEffect[]) {
  const faults = createFaultRegistry({ random: () => 0, named: () => new Set() })
  for (const effect of effects) faults.add({ effect })
  const parameters = { networkPassphrase: 'Test' }
  const network = { options: { parameters } } as Network // as above
  const interference = createInterference(faults, network)
  const next = vi.fn<() => typeof reply | Promise<typeof reply>>(() => reply)
  return {
    next,
    faults,
    interference,
    answer: async (line: string, headers = {}) => interference.around(asking(line, headers), next),
    hits: () => faults.faults.map(({ hits }) => hits.length),
  }
}

describe('a request that meets a fault', () => {
  it.each<[FaultEffect, object]>([
    [
      { kind: 'truncate', bytes: 1 },
      { ...reply, delivery: { cutBody: 1 } },
    ],
    [{ kind: 'wrong_content_type' }, { ...reply, type: 'text/plain' }],
    [
      { kind: 'slow', headersMs: 3, bodyMs: 4 },
      { ...reply, delivery: { headersAfterMs: 3, bodyAfterMs: 4 } },
    ],
  ])('meets it when it comes, not when it is answered: %j', async (effect, worse) => {
    const before = drilled(effect)
    before.next.mockImplementation(() => {
      before.faults.clear()
      return reply
    })
    expect(await before.answer('GET /ledgers')).toEqual(worse)
    const after = drilled()
    after.next.mockImplementation(() => {
      after.faults.add({ effect })
      return reply
    })
    expect(await after.answer('GET /ledgers')).toEqual(reply)
    expect([before.hits(), after.hits()]).toEqual([[1], [0]])
  })

  const limits = (limit: string, reset: string) => ({
    'X-RateLimit-Limit': limit,
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': reset,
    'Retry-After': reset,
  })
  const headers = { 'Retry-After': '9' }
  const problem = problemReply(new Problem('still_ingesting'))
  const limited = problemReply(new Problem('rate_limit_exceeded'))
  it.each<[FaultEffect, object, number]>([
    [{ kind: 'hang_up' }, hungUp, 0],
    [
      { kind: 'bad_gateway' },
      {
        status: 502,
        type: 'text/html',
        body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
      },
      0,
    ],
    [{ kind: 'problem', problem: 'still_ingesting' }, problem, 0],
    [{ kind: 'problem', problem: 'still_ingesting', headers }, { ...problem, headers }, 0],
    [{ kind: 'rate_limit' }, { ...limited, headers: limits('100', '1') }, 0],
    [
      { kind: 'rate_limit', limit: 5, resetSeconds: 7 },
      { ...limited, headers: limits('5', '7') },
      0,
    ],
    [
      { kind: 'slow', headersMs: 3, bodyMs: 4 },
      { ...reply, delivery: { headersAfterMs: 3, bodyAfterMs: 4 } },
      1,
    ],
    [{ kind: 'truncate', bytes: 20 }, { ...reply, delivery: { cutBody: 20 } }, 1],
    [{ kind: 'wrong_content_type' }, { ...reply, type: 'text/plain' }, 1],
    [{ kind: 'wrong_content_type', type: 'text/csv' }, { ...reply, type: 'text/csv' }, 1],
  ])('%j is answered like this, and no other request is', async (effect, answer, times) => {
    const { answer: answered, next, hits } = drilled(effect)
    expect(await answered('GET /ledgers')).toEqual(answer)
    expect([next.mock.calls.length, hits()]).toEqual([times, [1]])
    expect(await answered('GET /_sandbox/state')).toEqual(reply)
    expect(hits()).toEqual([1])
  })

  it('is told of a problem as usual, and loses that on the way', async () => {
    const refusing: readonly (() => Promise<typeof reply>)[] = [
      () => Promise.reject(new Problem('not_found')),
      () => {
        throw new Problem('not_found') // as where nobody knows the path
      },
    ]
    const found = problemReply(new Problem('not_found'))
    for (const refuse of refusing) {
      const { answer, next } = drilled({ kind: 'truncate', bytes: 9 })
      next.mockImplementation(refuse)
      expect(await answer('GET /ledgers')).toEqual({ ...found, delivery: { cutBody: 9 } })
    }
  })

  it('meets the worst of them first, and none that comes too late', async () => {
    const timeout = { kind: 'submit_timeout', applied: 'never' } as const
    const slow = { kind: 'slow', headersMs: 1 } as const
    const worst = drilled(slow, timeout, { kind: 'hang_up' })
    expect(await worst.answer('POST /transactions')).toEqual(hungUp)
    expect(worst.hits()).toEqual([0, 0, 1])
    const late = drilled(slow, timeout)
    expect(await late.answer('POST /transactions')).toMatchObject({ status: 504 })
    expect(late.hits()).toEqual([0, 1])
    const cut = { kind: 'stream_cut', refuseMs: 60_000 } as const
    const refused = drilled({ kind: 'bad_gateway' }, cut)
    refused.interference.stream(asking('GET /ledgers', stream))
    expect(await refused.answer('GET /ledgers', stream)).toEqual(hungUp)
    expect(refused.hits()).toEqual([0, 1])
  })

  it('of a stream is not made worse on the way, nor is a submission a stream', async () => {
    const { answer, hits } = drilled({ kind: 'slow', bodyMs: 1 }, { kind: 'repeat', records: 1 })
    expect(await answer('GET /payments?cursor=7', stream)).toEqual(reply)
    expect(hits()).toEqual([0, 0])
  })

  it('for a stream is told which problem ends it, and after how much', () => {
    const { interference } = drilled(
      { kind: 'stream_cut', afterBytes: 3, afterRecords: 4 },
      { kind: 'stream_error', problem: 'stale_history' },
    )
    expect(interference.stream(asking('GET /payments', stream))).toEqual({
      cutAfterBytes: 3,
      cutAfterRecords: 4,
      error: new Problem('stale_history').toJSON(),
    })
  })

  it('is forgotten when it times out but is applied, whatever becomes of it (SBX-98)', async () => {
    const { answer, next } = drilled({ kind: 'submit_timeout', applied: 'now' })
    next.mockImplementation(() => {
      throw new Problem('transaction_failed')
    })
    expect(await answer('POST /transactions')).toMatchObject({ status: 504 })
    await Promise.resolve()
    expect(next.mock.calls).toHaveLength(1)
  })
})

test('chaos is this mix (SBX-116)', () => {
  const submission = (probability: number) => ({
    method: 'POST',
    path: '/transactions',
    probability,
  })
  const read = (probability: number) => ({ method: 'GET', probability })
  expect(CHAOS).toEqual([
    { match: submission(0.05), effect: { kind: 'submit_timeout', applied: 'now' } },
    {
      match: submission(0.02),
      effect: { kind: 'submit_timeout', applied: 'never', answer: 'hang_up' },
    },
    { match: { probability: 0.2 }, effect: { kind: 'stream_cut', afterRecords: 1 } },
    { match: { probability: 0.1 }, effect: { kind: 'repeat', records: 3 } },
    { match: { ...read(0.03), path: '/accounts/*' }, effect: { kind: 'stale', ledgers: 1 } },
    { match: read(0.02), effect: { kind: 'rate_limit' } },
    { match: read(0.01), effect: { kind: 'problem', problem: 'service_unavailable' } },
    { match: read(0.01), effect: { kind: 'bad_gateway' } },
    { match: read(0.01), effect: { kind: 'hang_up' } },
    { match: read(0.01), effect: { kind: 'truncate', bytes: 60 } },
  ])
})
