import type { xdr } from '@stellar/stellar-sdk'
import type { StoredTransaction } from '../history/stored.ts'
import { innerOf } from '../ledger/envelope.ts'
import type { Envelope } from '../ledger/envelope.ts'
import type { Network } from './network.ts'

/** What became of an envelope that a client submits and waits for (SBX-71..75). */
export type Submission =
  | { readonly outcome: 'recorded'; readonly transaction: StoredTransaction }
  | { readonly outcome: 'refused'; readonly result: xdr.TransactionResult }
  | { readonly outcome: 'timeout' }

export async function submitAndWait(
  network: Network,
  envelope: Envelope,
  timeoutMs: number,
): Promise<Submission> {
  const known = network.history.transaction(envelope.hash)
  if (known) return { outcome: 'recorded', transaction: known }
  const admission = network.admit(envelope)
  if (admission.status === 'ERROR') return refusal(network, envelope, admission.result)
  const transaction = await network.ingested(envelope.hash, timeoutMs)
  return transaction ? { outcome: 'recorded', transaction } : { outcome: 'timeout' }
}

/** A bad sequence can mean that the transaction itself was applied but not ingested yet (SBX-74). */
async function refusal(
  network: Network,
  envelope: Envelope,
  result: xdr.TransactionResult,
): Promise<Submission> {
  if (result.result.type === 'txBadSeq') {
    await caughtUp(network, envelope)
    const transaction = network.history.transaction(envelope.hash)
    if (transaction) return { outcome: 'recorded', transaction }
  }
  return { outcome: 'refused', result }
}

const CATCH_UP_MS = 10_000

function caughtUp(network: Network, envelope: Envelope): Promise<void> {
  const { source, sequence } = innerOf(envelope)
  const behind = () =>
    network.history.latest < network.ledger.head.sequence &&
    (network.history.state.account(source)?.sequence ?? 0n) < sequence
  if (!behind()) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      unsubscribe()
      resolve()
    }
    const timer = setTimeout(end, CATCH_UP_MS).unref()
    const unsubscribe = network.onIngested(() => {
      if (!behind()) end()
    })
  })
}
