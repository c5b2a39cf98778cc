import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SandboxKeys } from '../../src/cli/sandbox/keys.ts'
import { makeStellarAccounts } from '../../src/cli/sandbox/stellar-accounts.ts'
import { startSandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'

const networkPassphrase = 'A network of its own ; November 2026'
let network: SandboxNetwork
let horizon: Horizon.Server
beforeAll(async () => {
  network = await startSandboxNetwork({ networkPassphrase })
  horizon = new Horizon.Server(network.url, { allowHttp: true })
  return () => network.stop()
})

const parties = ['issuer', 'distribution', 'sendingAnchor'] as const

function freshKeys() {
  const pairs = {
    issuer: Keypair.random(),
    distribution: Keypair.random(),
    sendingAnchor: Keypair.random(),
  }
  const seeds: SandboxKeys['seeds'] = {
    signing: Keypair.random().secret(),
    issuer: pairs.issuer.secret(),
    distribution: pairs.distribution.secret(),
    sendingAnchor: pairs.sendingAnchor.secret(),
  }
  const secrets = { token: '', data: '', railToken: '', rail: '', backoffice: '' }
  return { pairs, keys: { seeds, secrets } }
}

const make = (keys: SandboxKeys) =>
  makeStellarAccounts({ horizonUrl: network.url, networkPassphrase, homeDomain: 'a.example' }, keys)

const load = (pair: Keypair) => horizon.loadAccount(pair.publicKey())

/** What an account has of each asset, by its code. */
async function heldBy(pair: Keypair): Promise<Readonly<Record<string, string>>> {
  const { balances } = await load(pair)
  const lines = balances.flatMap((line) =>
    'asset_code' in line ? [[line.asset_code, line.balance] as const] : [],
  )
  return Object.fromEntries(lines)
}

async function submit(source: Keypair, operation: xdr.Operation) {
  const builder = new TransactionBuilder(await load(source), { fee: BASE_FEE, networkPassphrase })
  const transaction = builder.addOperation(operation).setTimeout(60).build()
  transaction.sign(source)
  await horizon.submitTransaction(transaction)
}

const full = '1000000.0000000'

describe('the Stellar accounts of a sandbox', () => {
  it('are made by one transaction, at the base fee and within a minute or not at all', async () => {
    const { pairs, keys } = freshKeys()
    await make(keys)
    const { records } = await horizon
      .transactions()
      .forAccount(pairs.distribution.publicKey())
      .order('desc')
      .limit(1)
      .call()
    const [made] = records
    expect(made).toMatchObject({
      source_account: pairs.issuer.publicKey(),
      operation_count: 7,
      max_fee: '700',
    })
    const until = Number(made?.preconditions?.timebounds?.max_time)
    expect(Math.abs(until - Date.parse(made?.created_at ?? '') / 1000 - 60)).toBeLessThan(10)
  })

  const some = Array.from({ length: 8 }, (_, bits) =>
    parties.filter((_name, place) => (bits & (1 << place)) !== 0),
  )
  it.each(some.map((there) => [there]))(
    'are made also where of them %j is there',
    async (there) => {
      const { pairs, keys } = freshKeys()
      for (const name of there) await network.friendbot.fund(pairs[name].publicKey())
      await make(keys)
      expect(await heldBy(pairs.sendingAnchor)).toEqual({ USDC: full, SRT: full })
      expect(await heldBy(pairs.distribution)).toEqual({ USDC: '0.0000000', SRT: '0.0000000' })
      expect(await heldBy(pairs.issuer)).toEqual({})
    },
  )

  it.each(['999999.9999999', '999999.5000000', '999990.0000000', '1.0000000'])(
    'are left alone where the sending anchor has spent %s of each asset',
    async (amount) => {
      const { pairs, keys } = freshKeys()
      const assets = await make(keys)
      const destination = pairs.issuer.publicKey()
      for (const { code, issuer } of assets) {
        const asset = new Asset(code, issuer)
        await submit(pairs.sendingAnchor, Operation.payment({ destination, asset, amount }))
      }
      const before = [await load(pairs.issuer), await heldBy(pairs.sendingAnchor)] as const
      expect(await make(keys)).toEqual(assets)
      expect((await load(pairs.issuer)).sequence).toBe(before[0].sequence)
      expect(await heldBy(pairs.sendingAnchor)).toEqual(before[1])
    },
  )
})
