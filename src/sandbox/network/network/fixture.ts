import { Account, Asset, Keypair, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { rootKey } from '../friendbot/root-key.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import type { Network } from './network.ts'

/** What is there from ledger 2 on, brought about by real transactions (SBX-13). */
export interface Fixture {
  readonly accounts: readonly FixtureAccount[]
  /** Of the issuers among the accounts. */
  readonly payments?: readonly FixturePayment[]
}

export interface FixtureAccount {
  readonly secret: string
  /** 10000 when not said. */
  readonly balance?: string
  readonly homeDomain?: string
  /** Bits of the account flags. */
  readonly flags?: number
  readonly data?: Readonly<Record<string, string>>
  readonly signers?: readonly { readonly key: string; readonly weight: number }[]
  readonly thresholds?: { readonly low?: number; readonly medium?: number; readonly high?: number }
  /** `CODE:ISSUER` */
  readonly trusts?: readonly string[]
}

export interface FixturePayment {
  /** The issuer's. */
  readonly secret: string
  readonly code: string
  readonly to: string
  readonly amount: string
}

interface Step {
  readonly operation: xdr.Operation
  readonly signer?: Keypair
}

const MOST_OPERATIONS = 100
const MOST_SIGNERS = 19

export function installFixture(network: Network, fixture: Fixture): void {
  const { networkPassphrase } = network.options.parameters
  const root = rootKey(networkPassphrase)
  const source = new Account(
    root.publicKey(),
    String(network.ledger.account(root.publicKey())?.sequence ?? 0n),
  )
  const envelopes = groups(stepsOf(fixture)).map((steps) => {
    const fee = String(network.ledger.head.baseFee)
    const builder = new TransactionBuilder(source, { fee, networkPassphrase })
    for (const { operation } of steps) builder.addOperation(operation)
    const transaction = builder.setTimeout(0).build()
    transaction.sign(root, ...signersOf(steps))
    return readEnvelope(transaction.toXdr(), networkPassphrase)
  })
  const closed = network.close({ only: envelopes })
  const failed = closed.transactions.find(({ successful }) => !successful)
  if (failed) throw new Error(`the fixture does not fit: ${failed.result.toXdr('base64')}`)
}

/** Accounts before what they own, lines before what is paid into them, locks last. */
function stepsOf({ accounts, payments = [] }: Fixture): Step[] {
  return [
    ...accounts.map(created),
    ...accounts.flatMap(optionsSet),
    ...accounts.flatMap(owned),
    ...payments.map(paid),
    ...accounts.flatMap(locked),
  ]
}

function created({ secret, balance = '10000' }: FixtureAccount): Step {
  const destination = Keypair.fromSecret(secret).publicKey()
  return { operation: Operation.createAccount({ destination, startingBalance: balance }) }
}

function optionsSet({ secret, homeDomain, flags }: FixtureAccount): Step[] {
  if (homeDomain === undefined && flags === undefined) return []
  const signer = Keypair.fromSecret(secret)
  const operation = Operation.setOptions({
    source: signer.publicKey(),
    ...(homeDomain === undefined ? {} : { homeDomain }),
    ...(flags === undefined ? {} : { setFlags: flags as never }),
  })
  return [{ operation, signer }]
}

function owned({ secret, trusts = [], data = {} }: FixtureAccount): Step[] {
  const signer = Keypair.fromSecret(secret)
  const source = signer.publicKey()
  return [
    ...trusts.map((key) => {
      const [code = '', issuer] = key.split(':')
      return {
        signer,
        operation: Operation.changeTrust({ asset: new Asset(code, issuer), source }),
      }
    }),
    ...Object.entries(data).map(([name, value]) => ({
      signer,
      operation: Operation.manageData({ name, value, source }),
    })),
  ]
}

function paid({ secret, code, to, amount }: FixturePayment): Step {
  const signer = Keypair.fromSecret(secret)
  const source = signer.publicKey()
  const asset = new Asset(code, source)
  return { signer, operation: Operation.payment({ destination: to, asset, amount, source }) }
}

function locked({ secret, signers = [], thresholds }: FixtureAccount): Step[] {
  const signer = Keypair.fromSecret(secret)
  const source = signer.publicKey()
  const { low, medium, high } = thresholds ?? {}
  const raised = {
    ...(low === undefined ? {} : { lowThreshold: low }),
    ...(medium === undefined ? {} : { medThreshold: medium }),
    ...(high === undefined ? {} : { highThreshold: high }),
  }
  return [
    ...signers.map(({ key, weight }) => ({
      signer,
      operation: Operation.setOptions({ source, signer: { ed25519PublicKey: key, weight } }),
    })),
    ...(thresholds ? [{ signer, operation: Operation.setOptions({ source, ...raised }) }] : []),
  ]
}

function signersOf(steps: readonly Step[]): Keypair[] {
  const signers = steps.flatMap(({ signer }) => signer ?? [])
  return [...new Map(signers.map((signer) => [signer.publicKey(), signer])).values()]
}

/** As many steps as one transaction can hold and sign for. */
function groups(steps: readonly Step[]): Step[][] {
  const made: Step[][] = []
  let current: Step[] = []
  for (const step of steps) {
    const next = [...current, step]
    if (next.length > MOST_OPERATIONS || signersOf(next).length > MOST_SIGNERS) {
      made.push(current)
      current = [step]
    } else current = next
  }
  return current.length === 0 ? made : [...made, current]
}
