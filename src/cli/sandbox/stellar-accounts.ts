import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  NotFoundError,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { AnchorAsset } from './anchor.ts'
import type { SandboxKeys } from './keys.ts'

export interface StellarWorld {
  readonly horizonUrl: string
  readonly networkPassphrase: string
  readonly homeDomain: string
}

const codes = ['USDC', 'SRT'] as const
const balanceOfSendingAnchor = '1000000'

/**
 * Makes the accounts of the sandbox by real transactions: issuer, distribution account and a sending
 * anchor with a balance of each asset. What is there already is left alone.
 */
export async function makeStellarAccounts(
  world: StellarWorld,
  { seeds }: SandboxKeys,
): Promise<readonly AnchorAsset[]> {
  const horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
  const issuer = Keypair.fromSecret(seeds.issuer)
  const distribution = Keypair.fromSecret(seeds.distribution)
  const sendingAnchor = Keypair.fromSecret(seeds.sendingAnchor)
  const assets = codes.map((code) => new Asset(code, issuer.publicKey()))
  if (!(await holds(horizon, sendingAnchor.publicKey(), assets))) {
    for (const pair of [issuer, distribution, sendingAnchor]) await fund(horizon, pair.publicKey())
    await submitAll(horizon, world, { issuer, distribution, sendingAnchor, assets })
  }
  return codes.map((code) => ({
    code,
    issuer: issuer.publicKey(),
    distributionAccount: distribution.publicKey(),
  }))
}

async function holds(
  horizon: Horizon.Server,
  account: string,
  assets: readonly Asset[],
): Promise<boolean> {
  const loaded = await load(horizon, account)
  const held = new Set(
    loaded?.balances.map((line) =>
      'asset_code' in line && /[1-9]/.test(line.balance) ? line.asset_code : undefined,
    ),
  )
  return assets.every((asset) => held.has(asset.getCode()))
}

async function load(horizon: Horizon.Server, account: string) {
  try {
    return await horizon.loadAccount(account)
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}

async function fund(horizon: Horizon.Server, account: string): Promise<void> {
  if ((await load(horizon, account)) === undefined) await horizon.friendbot(account).call()
}

interface Parties {
  readonly issuer: Keypair
  readonly distribution: Keypair
  readonly sendingAnchor: Keypair
  readonly assets: readonly Asset[]
}

/** One transaction for all: home domain, trust lines, and the sending anchor's balance. */
async function submitAll(
  horizon: Horizon.Server,
  world: StellarWorld,
  parties: Parties,
): Promise<void> {
  const { issuer, distribution, sendingAnchor, assets } = parties
  const builder = new TransactionBuilder(await horizon.loadAccount(issuer.publicKey()), {
    fee: BASE_FEE,
    networkPassphrase: world.networkPassphrase,
  }).setTimeout(60)
  builder.addOperation(Operation.setOptions({ homeDomain: world.homeDomain.slice(0, 32) }))
  for (const asset of assets) {
    for (const holder of [distribution, sendingAnchor]) {
      builder.addOperation(Operation.changeTrust({ asset, source: holder.publicKey() }))
    }
    builder.addOperation(
      Operation.payment({
        destination: sendingAnchor.publicKey(),
        asset,
        amount: balanceOfSendingAnchor,
      }),
    )
  }
  const transaction = builder.build()
  transaction.sign(issuer, distribution, sendingAnchor)
  await horizon.submitTransaction(transaction)
}
