import { Operation, xdr, type Keypair } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createSignatureChecker } from '../../../src/sandbox/network/ledger/signatures.ts'
import { createWorld, idOf, keyOf, parameters } from './world.ts'

/** Our own verification against the SDK's, which is the rule (SBX-03, SBX-23). */

const world = createWorld()
world.fund('alice')

const signedBy = (signature: Uint8Array, hint: Uint8Array) => {
  const operations = [Operation.bumpSequence({ bumpTo: '0' })]
  const transaction = world.build({ source: 'alice', operations, signers: [] })
  transaction.addDecoratedSignature(new xdr.DecoratedSignature({ hint, signature }))
  return { transaction, envelope: readEnvelope(transaction.toXdr(), parameters.networkPassphrase) }
}

const alice = keyOf('alice')
const hash = signedBy(new Uint8Array(64), alice.signatureHint()).transaction.hash()
const good = alice.sign(hash)

const flipped = (at: number): Uint8Array =>
  good.map((byte, index) => (index === at ? byte ^ 1 : byte))

const highS = (): Uint8Array => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const bytes = Uint8Array.from(good)
  let s = order + BigInt(`0x${Buffer.from(good.slice(32)).reverse().toString('hex')}`)
  for (let at = 32; at < 64; at++, s >>= 8n) bytes[at] = Number(s & 255n)
  return bytes
}

const corpus: readonly (readonly [string, Uint8Array])[] = [
  ['a good signature', good],
  ['another message', alice.sign(new Uint8Array(32))],
  ['another key', keyOf('bob').sign(hash)],
  ['a bit of R', flipped(0)],
  ['a bit of S', flipped(40)],
  ['S beyond the order of the group', highS()],
  ['zeros', new Uint8Array(64)],
  ['ones', new Uint8Array(64).fill(255)],
  ['63 bytes', good.slice(0, 63)],
  ['no bytes', new Uint8Array(0)],
]

describe('a signature is accepted exactly when the SDK accepts it (SBX-03, SBX-23)', () => {
  it.each(corpus)('%s', (_what, signature) => {
    const { envelope } = signedBy(signature, alice.signatureHint())
    const check = createSignatureChecker()(envelope)
    const ours = check.signersReach([{ key: idOf('alice'), weight: 1 }], 1)
    expect(ours).toBe(sdkAccepts(alice, signature))
    expect(check.allUsed()).toBe(ours)
  })

  it('but a wrong hint hides a good one', () => {
    const { envelope } = signedBy(good, new Uint8Array(4))
    const check = createSignatureChecker()(envelope)
    expect(check.signersReach([{ key: idOf('alice'), weight: 1 }], 1)).toBe(false)
  })
})

function sdkAccepts(key: Keypair, signature: Uint8Array): boolean {
  try {
    return key.verify(hash, signature)
  } catch {
    return false
  }
}

describe('the sum of weights (SBX-23)', () => {
  const { envelope } = signedBy(good, alice.signatureHint())

  it('counts no signer for more than 255', () => {
    const check = createSignatureChecker()(envelope)
    expect(check.signersReach([{ key: idOf('alice'), weight: 1000 }], 256)).toBe(false)
  })

  it('counts no signer twice for one signature', () => {
    const signers = [
      { key: idOf('alice'), weight: 1 },
      { key: idOf('bob'), weight: 1 },
    ]
    const check = createSignatureChecker()(envelope)
    expect(check.signersReach(signers, 2)).toBe(false)
    expect(check.allUsed()).toBe(true)
  })

  it('never counts a master key without weight, not even for a threshold of 0', () => {
    const account = world.ledger.account(idOf('alice'))
    if (account === undefined) throw new Error('alice is not funded')
    const check = createSignatureChecker()(envelope)
    const thresholds = { ...account.thresholds, master: 0 }
    expect(check.accountReaches(account, 0)).toBe(true)
    expect(check.accountReaches({ ...account, thresholds }, 0)).toBe(false)
  })

  it('needs one valid signature even for a threshold of 0', () => {
    const { envelope: unsigned } = signedBy(new Uint8Array(64), alice.signatureHint())
    const check = createSignatureChecker()(unsigned)
    expect(check.signersReach([{ key: idOf('alice'), weight: 1 }], 0)).toBe(false)
  })
})
