import { Account, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import type { Asset, Keypair, Transaction } from '@stellar/stellar-sdk'
import { amountWords } from '../history/assets.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import type { Network } from '../network/network.ts'
import { submitAndWait } from '../network/submission.ts'
import { rootKey } from './root-key.ts'

/** Gives lumens to whoever asks. All requests that wait share the next transaction (SBX-91). */
export interface Friendbot {
  fund(address: string): Promise<Funding>
}

export type Funding =
  | { readonly outcome: 'funded'; readonly hash: string; readonly envelopeXdr: string }
  | { readonly outcome: 'already_funded' }
  | { readonly outcome: 'failed'; readonly reason: string }

export interface FriendbotOptions {
  readonly startingBalance: bigint
  /** Close a ledger in manual mode, for clients that wait for friendbot before anything else (SBX-31). */
  readonly forcesClose: boolean
  readonly native: Asset
}

interface Request {
  readonly address: string
  readonly resolve: (funding: Funding) => void
}

const LARGEST_BATCH = 100
const TIMEOUT_MS = 30_000

export function createFriendbot(network: Network, options: FriendbotOptions): Friendbot {
  const root = rootKey(network.options.parameters.networkPassphrase)
  let waiting: Request[] = []
  let busy = false

  async function work(): Promise<void> {
    if (busy) return
    busy = true
    while (waiting.length > 0) {
      const batch = firstOfEach(waiting, LARGEST_BATCH)
      waiting = waiting.filter((request) => !batch.includes(request))
      await fundBatch({ network, options, root, batch })
    }
    busy = false
  }

  return {
    fund(address) {
      return new Promise((resolve) => {
        waiting.push({ address, resolve })
        void work()
      })
    },
  }
}

/** One request per address: a second one for the same account waits and then finds it funded. */
function firstOfEach(waiting: readonly Request[], most: number): Request[] {
  const seen = new Set<string>()
  const batch: Request[] = []
  for (const request of waiting) {
    if (seen.has(request.address) || batch.length === most) continue
    seen.add(request.address)
    batch.push(request)
  }
  return batch
}

interface Batch {
  readonly network: Network
  readonly options: FriendbotOptions
  readonly root: Keypair
  readonly batch: readonly Request[]
}

async function fundBatch({ network, options, root, batch }: Batch): Promise<void> {
  const needy = batch.filter(({ address, resolve }) => {
    const balance = network.ledger.account(address)?.balance ?? 0n
    if (balance < options.startingBalance) return true
    resolve({ outcome: 'already_funded' })
    return false
  })
  if (needy.length === 0) return
  const funding = await pay({ network, options, root, batch: needy }).catch(
    (error: unknown): Funding => ({ outcome: 'failed', reason: String(error) }),
  )
  if (funding.outcome !== 'failed' || needy.length === 1) {
    for (const { resolve } of needy) resolve(funding)
    return
  }
  // One account of the batch spoiled it for all: everybody gets a transaction of their own.
  for (const request of needy) await fundBatch({ network, options, root, batch: [request] })
}

async function pay({ network, options, root, batch }: Batch): Promise<Funding> {
  const transaction = fundingTransaction({ network, options, root, batch })
  const envelopeXdr = transaction.toXdr()
  const passphrase = network.options.parameters.networkPassphrase
  const submitted = submitAndWait(network, readEnvelope(envelopeXdr, passphrase), TIMEOUT_MS)
  if (network.pace.mode === 'manual' && options.forcesClose) network.close()
  const submission = await submitted
  switch (submission.outcome) {
    case 'recorded':
      return submission.transaction.successful
        ? { outcome: 'funded', hash: submission.transaction.hash, envelopeXdr }
        : { outcome: 'failed', reason: submission.transaction.resultXdr }
    case 'refused':
      return { outcome: 'failed', reason: submission.result.toXdr('base64') }
    case 'timeout':
      return { outcome: 'failed', reason: 'no ledger took the transaction in time' }
  }
}

function fundingTransaction({ network, options, root, batch }: Batch): Transaction {
  const { ledger } = network
  const sequence = ledger.account(root.publicKey())?.sequence ?? 0n
  const { networkPassphrase } = ledger.parameters
  const builder = new TransactionBuilder(new Account(root.publicKey(), sequence.toString()), {
    fee: String(ledger.head.baseFee * 10n),
    networkPassphrase,
    timebounds: { minTime: 0, maxTime: 0 },
  })
  const amount = amountWords(options.startingBalance)
  for (const { address } of batch) {
    builder.addOperation(
      ledger.account(address)
        ? Operation.payment({ destination: address, asset: options.native, amount })
        : Operation.createAccount({ destination: address, startingBalance: amount }),
    )
  }
  const transaction = builder.build()
  transaction.sign(root)
  return transaction
}
