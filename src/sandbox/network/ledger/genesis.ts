import { Keypair } from '@stellar/stellar-sdk'
import type { ClosedLedger, NetworkParameters } from './closed-ledger.ts'
import { networkIdOf } from './envelope.ts'
import { closedLedger, firstPreviousHash } from './header.ts'
import type { LedgerHead } from './ledger-surface.ts'
import { newAccount } from './operations/create-account.ts'
import { createState, type LedgerState } from './state.ts'

/** The well-known key that holds all coins at the start (SBX-12). */
export const rootKeypair = (networkPassphrase: string): Keypair =>
  Keypair.fromRawEd25519Seed(networkIdOf(networkPassphrase))

interface FirstLedger {
  readonly genesis: ClosedLedger
  readonly head: LedgerHead
  readonly state: LedgerState
}

export function createGenesis(
  parameters: NetworkParameters,
  closeTime: bigint,
  sequence: number,
): FirstLedger {
  const { baseFee, baseReserve, protocolVersion, maxTxSetSize, totalCoins } = parameters
  const state = createState({ sequence, closeTime, baseReserve, protocolVersion })
  const root = rootKeypair(parameters.networkPassphrase).publicKey()
  state.put(newAccount(root, totalCoins, 0n))
  state.settle()
  const head = {
    sequence,
    closeTime,
    baseFee,
    baseReserve,
    protocolVersion,
    maxTxSetSize,
    totalCoins,
    feePool: 0n,
    idPool: 0n,
  }
  const genesis = closedLedger({
    head,
    previousHash: firstPreviousHash,
    stateHash: firstPreviousHash,
    transactions: [],
  })
  return { genesis, head: { ...head, hash: genesis.hash }, state }
}
