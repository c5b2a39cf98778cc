import { Account, Asset, Keypair, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { CHAOS } from '../faults/chaos.ts'
import type { Fault, FaultOrder } from '../faults/fault.ts'
import type { FaultRegistry } from '../faults/registry.ts'
import { rootKey } from '../friendbot/root-key.ts'
import { resultCodes } from '../history/result-codes.ts'
import { decodeResult } from '../history/results.ts'
import type { LoggedRequest, RequestLog } from '../http/request-log.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import type { Upgrades } from '../ledger/ledger.ts'
import type { Lag } from '../network/ingestion.ts'
import type { Network } from '../network/network.ts'
import type { Pace } from '../network/pace.ts'
import type { SlipIn } from '../network/slip-in.ts'
import { submitAndWait } from '../network/submission.ts'
import type { ExportedNetwork } from '../network/time-travel.ts'
import { createSurge } from './surge.ts'
import type { SurgeOrder } from './surge.ts'

/** What a test or a developer does to the network from outside of it (SBX-93..96). */
export interface Control {
  /** Closes so many ledgers, and answers with the number of the last one. */
  close(order?: CloseCommand): number
  mode(pace: Pace): void
  state(): NetworkState
  submit(envelopeXdr: string): Promise<Submitted>
  /** Pays from the root account, or from the issuer whose secret is given. */
  fund(order: FundCommand): Promise<Submitted>
  requests(): readonly LoggedRequest[]
  clearRequests(): void
  waitForLedger(sequence: number, timeoutMs?: number): Promise<boolean>
  waitForTransaction(hash: string, timeoutMs?: number): Promise<boolean>
  snapshot(): string
  revert(id: string): boolean
  reset(): void
  export(): ExportedNetwork
  import(exported: ExportedNetwork): void
  lag(lag: Lag): void
  advance(seconds: number): void
  freeze(): void
  unfreeze(): void
  addFault(order: FaultOrder): Fault
  removeFault(id: string): boolean
  clearFaults(): void
  faults(): readonly Fault[]
  chaos(): void
  /** A signed transaction that gets in before one that names an account or has a hash (SBX-110, 112). */
  slipIn(order: SlipInCommand): void
  /** Moves the oldest available ledger up (SBX-108). */
  trim(elder: number): void
  /** Raises the base fee for so many ledgers (SBX-109). */
  surge(order: SurgeOrder): void
}

export interface CloseCommand {
  readonly ledgers?: number
  readonly closeTime?: bigint
  readonly upgrades?: Upgrades
}

export interface SlipInCommand {
  readonly tx: string
  readonly before: string
  readonly when: SlipIn['when']
}

export interface FundCommand {
  readonly account: string
  readonly amount: string
  /** `native` or `CODE:ISSUER`. */
  readonly asset?: string
  readonly issuerSecret?: string
}

export interface Submitted {
  readonly successful: boolean
  readonly hash: string
  readonly resultCodes?: object
}

export interface NetworkState {
  readonly networkPassphrase: string
  readonly seed: string
  readonly coreLatestLedger: number
  readonly ingestedLatestLedger: number
  readonly elderLedger: number
  readonly pace: Pace
  readonly pending: readonly string[]
  readonly clock: Network['clock']['state'] & { readonly now: string }
  readonly lag: Lag
  readonly faults: readonly Fault[]
}

export interface ControlParts {
  readonly network: Network
  readonly faults: FaultRegistry
  readonly log: RequestLog
}

const WAIT_MS = 30_000

export function createControl(parts: ControlParts): Control {
  const { network, faults, log } = parts
  return {
    ...ledgerControl(network),
    state: () => stateOf(parts),
    submit: (envelopeXdr) => submit(network, envelopeXdr),
    fund: (order) => submit(network, fundingEnvelope(network, order)),
    requests: () => log.requests,
    clearRequests: () => log.clear(),
    snapshot: () => network.snapshot(),
    revert: (id) => network.revert(id),
    reset: () => network.reset(),
    export: () => network.export(),
    import: (exported) => network.import(exported),
    lag(lag) {
      network.ingestion.lag = lag
    },
    advance: (seconds) => network.clock.advance(seconds),
    freeze: () => network.clock.freeze(),
    unfreeze: () => network.clock.unfreeze(),
    addFault: (order) => faults.add(order),
    removeFault: (id) => faults.remove(id),
    clearFaults: () => faults.clear(),
    faults: () => faults.faults,
    chaos() {
      for (const order of CHAOS) faults.add(order)
    },
    slipIn({ tx, before, when }) {
      const envelope = readEnvelope(tx, network.options.parameters.networkPassphrase)
      network.slipIn({ envelope, before, when })
    },
    trim: (elder) => network.history.trim(elder),
  }
}

type LedgerControl = Pick<
  Control,
  'close' | 'mode' | 'waitForLedger' | 'waitForTransaction' | 'surge'
>

function ledgerControl(network: Network): LedgerControl {
  return {
    close: (order) => closeLedgers(network, order),
    mode(pace) {
      network.pace = pace
    },
    waitForLedger: (sequence, timeoutMs = WAIT_MS) => waitForLedger(network, sequence, timeoutMs),
    async waitForTransaction(hash, timeoutMs = WAIT_MS) {
      return (await network.ingested(hash, timeoutMs)) !== undefined
    },
    surge: createSurge(network),
  }
}

function closeLedgers(network: Network, order: CloseCommand = {}): number {
  const { ledgers = 1, ...rest } = order
  for (let left = ledgers; left > 0; left -= 1) network.close(rest)
  return network.ledger.head.sequence
}

function waitForLedger(network: Network, sequence: number, timeoutMs: number): Promise<boolean> {
  if (network.history.latest >= sequence) return Promise.resolve(true)
  return new Promise((resolve) => {
    const end = (reached: boolean) => {
      clearTimeout(timer)
      stop()
      resolve(reached)
    }
    const timer = setTimeout(() => end(false), timeoutMs).unref()
    const stop = network.onIngested((ledger) => {
      if (ledger.sequence >= sequence) end(true)
    })
  })
}

function stateOf({ network, faults }: ControlParts): NetworkState {
  const { clock, history, ledger, options } = network
  return {
    networkPassphrase: options.parameters.networkPassphrase,
    seed: options.seed,
    coreLatestLedger: ledger.head.sequence,
    ingestedLatestLedger: history.latest,
    elderLedger: history.elder,
    pace: network.pace,
    pending: network.queue.pending.map(({ hash }) => hash),
    clock: { ...clock.state, now: new Date(clock.now()).toISOString() },
    lag: network.ingestion.lag,
    faults: faults.faults,
  }
}

async function submit(network: Network, envelopeXdr: string): Promise<Submitted> {
  const envelope = readEnvelope(envelopeXdr, network.options.parameters.networkPassphrase)
  const submitted = submitAndWait(network, envelope, WAIT_MS)
  if (network.pace.mode === 'manual') network.close()
  const submission = await submitted
  switch (submission.outcome) {
    case 'recorded': {
      const { successful, resultXdr } = submission.transaction
      const codes = successful ? {} : { resultCodes: resultCodes(decodeResult(resultXdr)) }
      return { successful, hash: envelope.hash, ...codes }
    }
    case 'refused':
      return {
        successful: false,
        hash: envelope.hash,
        resultCodes: resultCodes(submission.result),
      }
    case 'timeout':
      return { successful: false, hash: envelope.hash }
  }
}

function fundingEnvelope(network: Network, order: FundCommand): string {
  const { account, amount, asset = 'native', issuerSecret } = order
  const { networkPassphrase } = network.options.parameters
  const payer = issuerSecret ? Keypair.fromSecret(issuerSecret) : rootKey(networkPassphrase)
  const [code = '', issuer] = asset.split(':')
  const sequence = network.ledger.account(payer.publicKey())?.sequence ?? 0n
  const isNew = asset === 'native' && !network.ledger.account(account)
  const transaction = new TransactionBuilder(new Account(payer.publicKey(), sequence.toString()), {
    fee: String(network.ledger.head.baseFee),
    networkPassphrase,
  })
    .addOperation(
      isNew
        ? Operation.createAccount({ destination: account, startingBalance: amount })
        : Operation.payment({
            destination: account,
            amount,
            asset: asset === 'native' ? Asset.native() : new Asset(code, issuer),
          }),
    )
    .setTimeout(0)
    .build()
  transaction.sign(payer)
  return transaction.toXdr()
}
