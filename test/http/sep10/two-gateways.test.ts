import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Keypair, Networks, TransactionBuilder } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase } from '../../database.ts'
import { startWorldGateway } from '../../graphql/gateway-world.ts'
import type { WorldGateway } from '../../graphql/gateway-world.ts'

/** Two gateways on one database; the network knows no account. */

let gateways: readonly WorldGateway[] = []
let database: Awaited<ReturnType<typeof freshDatabase>>
const horizon = createServer((_request, response) => {
  response.writeHead(404, { 'content-type': 'application/problem+json' })
  response.end('{"status":404,"type":"https://stellar.org/horizon-errors/not_found"}')
})

beforeAll(async () => {
  horizon.listen(0, '127.0.0.1')
  await once(horizon, 'listening')
  const horizonUrl = `http://127.0.0.1:${(horizon.address() as AddressInfo).port}`
  database = await freshDatabase()
  const settings = { horizonUrl, signingSeed: Keypair.random().secret() }
  gateways = await Promise.all([1, 2].map(() => startWorldGateway(database.url, settings)))
}, 90_000)

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await database.drop()
  horizon.close()
})

it('one challenge gives one token, sent fifty times at once to two gateways (SEP10-111, SEP10-112, SEP10-114)', async () => {
  const [first] = gateways
  const client = Keypair.random()
  const asked = await fetch(`${first?.publicUrl}/auth?account=${client.publicKey()}`)
  const body = (await asked.json()) as { transaction: string }
  const transaction = TransactionBuilder.fromXDR(body.transaction, Networks.TESTNET)
  transaction.sign(client)
  const envelope = transaction.toEnvelope().toXdr('base64')
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const response = await fetch(`${gateways[index % 2]?.publicUrl}/auth`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ transaction: envelope }),
      })
      return response.status
    }),
  )
  expect(answers.filter((status) => status === 200)).toHaveLength(1)
  expect(answers.filter((status) => status === 400)).toHaveLength(49)
})

it('challenges, tokens and refusals are counted, by reason (SEP10-136)', async () => {
  const [gateway] = gateways
  const base = gateway?.publicUrl ?? ''
  const counts = async () => {
    const text = await (await fetch(`${gateway?.internalUrl}/metrics`)).text()
    return (usecase: string, outcome: string) => {
      const labels = `{usecase="${usecase}",outcome="${outcome}"}`
      const line = text
        .split('\n')
        .find((one) => one.startsWith(`fairlead_usecase_duration_seconds_count${labels}`))
      return Number(line?.split(' ').at(-1) ?? 0)
    }
  }
  const before = await counts()
  const client = Keypair.random()
  const body = (await (await fetch(`${base}/auth?account=${client.publicKey()}`)).json()) as {
    transaction: string
  }
  await fetch(`${base}/auth?account=nobody`)
  const transaction = TransactionBuilder.fromXDR(body.transaction, Networks.TESTNET)
  transaction.sign(client)
  for (const sent of ['AAAA', transaction.toEnvelope().toXdr('base64')]) {
    await fetch(`${base}/auth`, {
      method: 'POST',
      body: new URLSearchParams({ transaction: sent }),
    })
  }
  const after = await counts()
  const grown = [
    ['makeChallenge', 'ok'],
    ['makeChallenge', 'account_invalid'],
    ['exchangeChallenge', 'ok'],
    ['exchangeChallenge', 'envelope_unreadable'],
  ].map(([usecase = '', outcome = '']) => after(usecase, outcome) - before(usecase, outcome))
  expect(grown).toEqual([1, 1, 1, 1])
})
