import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { horizonAccounts } from '../../../src/adapters/horizon/account-signers.ts'
import { horizonCaller } from '../../../src/adapters/horizon/horizon-call.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/account-lookup.ts'

/** How long an answer of Horizon may be: whoever answers without an end fills no memory of ours. */

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const record = JSON.stringify({ id: account, thresholds: { med_threshold: 1 }, signers: [] })
const mebibyte = 1_048_576

let bytes = 0
/** An account, and blanks behind it to the length that is asked for. */
const server = createServer((_, response) => {
  response.end(record + ' '.repeat(bytes - record.length))
})
let horizonUrl = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  horizonUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

it('is 16 MiB of an account at most', async () => {
  const accounts = horizonAccounts({ horizonUrl })
  bytes = 16 * mebibyte
  expect(await accounts.signersOf(account)).toEqual({ mediumThreshold: 1, signers: [] })
  bytes += 1
  await expect(accounts.signersOf(account)).rejects.toThrow(NetworkUnavailable)
})

it('is 64 MiB of anything else at most', async () => {
  const horizon = horizonCaller({ horizonUrl })
  bytes = 64 * mebibyte
  expect(await horizon.get('/')).toEqual({ status: 200, json: JSON.parse(record) })
  bytes += 1
  await expect(horizon.get('/')).rejects.toThrow(NetworkUnavailable)
  await horizon.close()
})
