import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { horizonAccounts } from '../../../src/adapters/horizon/account-signers.ts'
import type { HorizonCall } from '../../../src/adapters/horizon/horizon-call.ts'
import { accountOf } from '../../../src/domain/client/account-address.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/account-lookup.ts'
import { until } from '../../until.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const cosigner = accountOf(new Uint8Array(32).fill(1))

// Answers that a well-behaved network never gives; the sandbox network is asked in test/flows.
const horizon = { answer: (_: IncomingMessage, response: ServerResponse) => void response.end() }
const server = createServer((request, response) => horizon.answer(request, response))
let horizonUrl = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  horizonUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const answerWith = (status: number, body: unknown) => {
  horizon.answer = (_, response) => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}
const ask = (timeoutMs = 2_000) => horizonAccounts({ horizonUrl, timeoutMs }).signersOf(account)

const record = {
  id: account,
  account_id: account,
  thresholds: { low_threshold: 0, med_threshold: 200, high_threshold: 255 },
  signers: [
    { key: account, weight: 255, type: 'ed25519_public_key' },
    { key: cosigner, weight: 7, type: 'ed25519_public_key' },
    {
      key: 'XBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWGTOG',
      weight: 5,
      type: 'sha256_hash',
    },
    {
      key: 'TBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWHXL7',
      weight: 5,
      type: 'preauth_tx',
    },
  ],
}
const both = [
  { account, weight: 255 },
  { account: cosigner, weight: 7 },
]
const notFound = {
  type: 'https://stellar.org/horizon-errors/not_found',
  title: 'Resource Missing',
  status: 404,
}

describe('signers from Horizon', () => {
  it('are the Ed25519 ones with their weights, and the medium threshold (SEP10-92, SEP10-98, SEP10-100)', async () => {
    let asked = ''
    horizon.answer = (request, response) => {
      asked = request.url ?? ''
      response.end(JSON.stringify(record))
    }
    expect(await ask()).toEqual({ mediumThreshold: 200, signers: both })
    expect(asked).toBe(`/accounts/${account}`)
  })

  it('may weigh nothing, for a threshold of nothing (SEP10-95, SEP10-99)', async () => {
    const thresholds = { med_threshold: 0 }
    answerWith(200, { ...record, thresholds, signers: [{ ...record.signers[0], weight: 0 }] })
    expect(await ask()).toEqual({ mediumThreshold: 0, signers: [{ account, weight: 0 }] })
  })

  it('leave out a key that is no account, though it is named one (SEP10-92)', async () => {
    const odd = { key: 'GABC', weight: 5, type: 'ed25519_public_key' }
    const hidden = { key: account, weight: 5, type: 'a_type_of_the_future' }
    answerWith(200, { ...record, signers: [odd, hidden, ...record.signers] })
    expect(await ask()).toMatchObject({ signers: both })
  })

  it('are told to the log with status and time, or without a status', async () => {
    const calls: HorizonCall[] = []
    const onCall = (call: HorizonCall): void => void calls.push(call)
    const begun = performance.now()
    answerWith(200, record)
    await horizonAccounts({ horizonUrl, onCall }).signersOf(account)
    horizon.answer = (_, response) => void response.destroy()
    const asked = horizonAccounts({ horizonUrl, onCall }).signersOf(account)
    await expect(asked).rejects.toThrow(NetworkUnavailable)
    const line = { path: `/accounts/${account}`, durationMs: expect.any(Number) as number }
    expect(calls).toEqual([{ ...line, status: 200 }, line])
    const times = calls.map(({ durationMs }) => durationMs)
    expect(Math.max(...times)).toBeLessThanOrEqual(Math.ceil(performance.now() - begun))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0)
  })

  it('are waited for ten seconds, or as long as is told', async () => {
    answerWith(200, record)
    const limits = vi.spyOn(globalThis, 'setTimeout')
    await horizonAccounts({ horizonUrl }).signersOf(account)
    await ask(7_000)
    const waits = limits.mock.calls.map(([, ms]) => ms)
    limits.mockRestore()
    expect(waits.filter((ms) => ms === 10_000 || ms === 7_000)).toEqual([10_000, 7_000])
  })

  it('are none only when Horizon itself says so (SEP10-104, POLARIS-8.6)', async () => {
    answerWith(404, notFound)
    expect(await ask()).toBeUndefined()
  })

  it.each([
    ['a 404 of some proxy', 404, '<html>not found</html>'],
    ['a 404 with other JSON', 404, { error: 'no route' }],
    ['a 404 with the JSON of a gateway', 404, { status: 404, message: 'no route' }],
    ['429', 429, { status: 429 }],
    ['500', 500, { status: 500 }],
    ['not found with status 200', 200, notFound],
    ['text', 200, 'hello'],
    ['another account', 200, { ...record, id: 'G…' }],
    [
      'a weight beyond a byte',
      200,
      { ...record, signers: [{ ...record.signers[0], weight: 256 }] },
    ],
    ['a negative weight', 200, { ...record, signers: [{ ...record.signers[0], weight: -56 }] }],
    ['a record with the status of a failure', 500, record],
    ['no thresholds', 200, { ...record, thresholds: {} }],
    ['a redirect', 302, ''],
  ])('are not guessed from %s (SEP10-104, POLARIS-8.6)', async (...[, status, body]) => {
    answerWith(status, body)
    const failure: unknown = await ask().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(NetworkUnavailable)
    expect(failure).toHaveProperty(
      'message',
      typeof body === 'string'
        ? 'Horizon cannot be asked for an account'
        : `Horizon answered ${status} to a question for an account`,
    )
  })

  it('are not guessed when an answer does not end in time, nor when it breaks off (SEP10-104, POLARIS-8.6)', async () => {
    let hasLeft = false
    horizon.answer = (_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => {
        clearInterval(drip)
        hasLeft = true
      })
    }
    const late = { message: 'There was no whole answer within 150 ms' }
    await expect(ask(150)).rejects.toMatchObject({ name: 'NetworkUnavailable', cause: late })
    await until(() => hasLeft, 'the connection to be left')
    horizon.answer = (_, response) => {
      const text = JSON.stringify(record)
      response.writeHead(200, { 'content-length': text.length + 1 }).write(text)
      setTimeout(() => response.destroy(), 20)
    }
    await expect(ask()).rejects.toThrow(NetworkUnavailable)
  })

  it('are asked for below the path of its address, on connections that are kept (SEP10-104)', async () => {
    const asked = new Set<string>()
    const ports = new Set<number | undefined>()
    horizon.answer = (request, response) => {
      asked.add(request.url ?? '')
      ports.add(request.socket.remotePort)
      response.end(JSON.stringify(record))
    }
    const accounts = horizonAccounts({ horizonUrl: `${horizonUrl}/horizon` })
    for (let time = 0; time < 10; time += 1) await accounts.signersOf(account)
    expect([...asked]).toEqual([`/horizon/accounts/${account}`])
    expect(ports.size).toBeLessThan(3)
  })

  it('are not guessed when Horizon is silent or away (SEP10-104, POLARIS-8.6)', async () => {
    horizon.answer = () => undefined
    await expect(ask(100)).rejects.toBeInstanceOf(NetworkUnavailable)
    const away = horizonAccounts({ horizonUrl: 'http://127.0.0.1:1' })
    await expect(away.signersOf(account)).rejects.toBeInstanceOf(NetworkUnavailable)
  })
})
