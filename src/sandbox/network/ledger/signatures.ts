import type { AccountEntry, Signer } from './entries.ts'
import type { Envelope } from './envelope.ts'
import { createSignerForms, signs, type SignerForm } from './signer-form.ts'
import type { xdr } from '@stellar/stellar-sdk'

/** Whether the signatures of a transaction reach a weight (SBX-23). */

type WeightedSigner = Pick<Signer, 'key' | 'weight'>

/** The signatures of one envelope while it is checked; remembers which of them were needed. */
export interface SignatureCheck {
  accountReaches(account: AccountEntry, threshold: number): boolean
  signersReach(signers: readonly WeightedSigner[], weight: number): boolean
  allUsed(): boolean
}

export type SignatureChecker = (envelope: Envelope) => SignatureCheck

const mostWeight = 255

/** Remembers what it has verified: each signature is looked at on admission and on application. */
export function createSignatureChecker(signedBy: typeof signs = signs): SignatureChecker {
  const formOf = createSignerForms()
  const verified = new WeakMap<Envelope, Map<string, boolean>>()

  const answersOf = (envelope: Envelope): Map<string, boolean> => {
    const known = verified.get(envelope)
    if (known !== undefined) return known
    const fresh = new Map<string, boolean>()
    verified.set(envelope, fresh)
    return fresh
  }
  return (envelope) => {
    const answers = answersOf(envelope)
    const matches: Matches = (signature, position, key) => {
      const question = `${position} ${key}`
      const known = answers.get(question)
      if (known !== undefined) return known
      const fresh = signedBy(signature, formOf(key), envelope.hashBytes)
      answers.set(question, fresh)
      return fresh
    }
    return checkOf(envelope, formOf, matches)
  }
}

/** Signers count by type, in this order; only within a type the order of the signatures decides. */
const typeOrder = ['pre-auth', 'hash-x', 'ed25519', 'payload'] as const

type Matches = (signature: xdr.DecoratedSignature, position: number, key: string) => boolean

function checkOf(
  envelope: Envelope,
  formOf: (key: string) => SignerForm,
  matches: Matches,
): SignatureCheck {
  const { hash, signatures } = envelope
  const used = new Set<number>()

  /** The weights that one type of signers adds, signature by signature. */
  function* weightsOf(type: SignerForm['type'], signers: WeightedSigner[]): Generator<number> {
    if (type === 'pre-auth') {
      for (const { key, weight } of signers) {
        const form = formOf(key)
        if (form.type === 'pre-auth' && form.hash === hash) yield weight
      }
      return
    }
    for (const [position, signature] of signatures.entries()) {
      const at = signers.findIndex(({ key }) => matches(signature, position, key))
      const signer = signers[at]
      if (signer === undefined) continue
      used.add(position)
      signers.splice(at, 1)
      yield signer.weight
    }
  }
  const signersReach = (signers: readonly WeightedSigner[], needed: number): boolean => {
    let sum = 0
    for (const type of typeOrder) {
      const ofType = signers.filter(({ key }) => formOf(key).type === type)
      for (const weight of weightsOf(type, ofType)) {
        sum += Math.min(weight, mostWeight)
        if (sum >= needed) return true
      }
    }
    return false
  }
  return {
    signersReach,
    accountReaches: (account, threshold) => signersReach(signersOf(account), threshold),
    allUsed: () => signatures.every((_signature, position) => used.has(position)),
  }
}

/** The master key first, as long as it has weight. */
function signersOf(account: AccountEntry): readonly WeightedSigner[] {
  if (account.thresholds.master === 0) return account.signers
  return [{ key: account.id, weight: account.thresholds.master }, ...account.signers]
}
