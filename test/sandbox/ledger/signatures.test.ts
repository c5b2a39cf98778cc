import { createHash } from 'node:crypto'
import { Operation, SignerKey, StrKey, xdr, type Keypair } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createSignatureChecker } from '../../../src/sandbox/network/ledger/signatures.ts'
import { signedBefore } from '../../../src/sandbox/network/ledger/signer-form.ts'
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

  it('each time it is given, whatever came with the same hash before', () => {
    const checker = createSignatureChecker()
    const reached = [flipped(0), good, flipped(40), good].map((signature) => {
      const check = checker(signedBy(signature, alice.signatureHint()).envelope)
      return [check.signersReach([{ key: idOf('alice'), weight: 1 }], 1), check.allUsed()]
    })
    expect(reached.map(([isReached]) => isReached)).toEqual([false, true, false, true])
    expect(reached.map(([, isUsed]) => isUsed)).toEqual([false, true, false, true])
  })

  it('but a wrong hint hides a good one', () => {
    const { envelope } = signedBy(good, new Uint8Array(4))
    const check = createSignatureChecker()(envelope)
    expect(check.signersReach([{ key: idOf('alice'), weight: 1 }], 1)).toBe(false)
  })
})

describe('a signer that is no account (SBX-23)', () => {
  const preimage = new TextEncoder().encode('open')
  const digest = createHash('sha256').update(preimage).digest()
  const hashX = StrKey.encodeSha256Hash(digest)
  const payload = Uint8Array.from([1, 2, 3, 4, 5])
  const payloadSigner = SignerKey.encodeSignerKey(
    xdr.SignerKey.signerKeyTypeEd25519SignedPayload(
      new xdr.SignerKeyEd25519SignedPayload({ ed25519: alice.rawPublicKey(), payload }),
    ),
  )
  const payloadHint = alice.signatureHint().map((byte, at) => byte ^ (payload[at + 1] ?? 0))
  const keyHint = alice.signatureHint()

  it.each([
    ['the preimage opens a hash', hashX, preimage, digest.subarray(28), true],
    ['not under the hint of another', hashX, preimage, keyHint, false],
    ['no other bytes do', hashX, good, digest.subarray(28), false],
    ['a payload is signed', payloadSigner, alice.sign(payload), payloadHint, true],
    ['not under the hint of the key', payloadSigner, alice.sign(payload), keyHint, false],
    ['not the transaction', payloadSigner, good, payloadHint, false],
  ])('%s', (...[, key, signature, hint, isAccepted]) => {
    const { envelope } = signedBy(signature, hint)
    const check = createSignatureChecker()(envelope)
    expect(check.signersReach([{ key, weight: 1 }], 1)).toBe(isAccepted)
    expect(check.allUsed()).toBe(isAccepted)
  })

  it.each([
    ['the preimage of a hash', hashX, preimage, digest.subarray(28)],
    ['an account', idOf('alice'), good, keyHint],
    ['a payload', payloadSigner, alice.sign(payload), payloadHint],
  ])('counts after what was given in advance: %s', (...[, key, signature, hint]) => {
    const given = { key: StrKey.encodePreAuthTx(hash), weight: 1 }
    const both = [{ key, weight: 1 }, given]
    const told = [1, 2].map((needed) => {
      const check = createSignatureChecker()(signedBy(signature, hint).envelope)
      return [check.signersReach(both, needed), check.allUsed()]
    })
    expect(told).toEqual([
      [true, false],
      [true, true],
    ])
  })
})

describe('signers of several types (SBX-23)', () => {
  const payload = Uint8Array.from([9, 8, 7, 6])
  const preimage = new TextEncoder().encode('open')
  const digest = createHash('sha256').update(preimage).digest()
  const hint = alice.signatureHint()
  const payloadKey = (signed: Uint8Array) => {
    const parts = { ed25519: alice.rawPublicKey(), payload: signed }
    const signer = new xdr.SignerKeyEd25519SignedPayload(parts)
    return SignerKey.encodeSignerKey(xdr.SignerKey.signerKeyTypeEd25519SignedPayload(signer))
  }
  const kinds = {
    hash: { key: StrKey.encodeSha256Hash(digest), signature: preimage, hint: digest.subarray(28) },
    account: { key: idOf('alice'), signature: good, hint },
    payload: {
      key: payloadKey(payload),
      signature: alice.sign(payload),
      hint: hint.map((byte, at) => byte ^ (payload[at] ?? 0)),
    },
  }
  type Kind = keyof typeof kinds
  const envelopeOf = (...signed: readonly Kind[]) => {
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const transaction = world.build({ source: 'alice', operations, signers: [] })
    for (const kind of signed) transaction.addDecoratedSignature(decorated(kinds[kind]))
    return readEnvelope(transaction.toXdr(), parameters.networkPassphrase)
  }
  const decorated = ({ hint: at, signature }: (typeof kinds)[Kind]) =>
    new xdr.DecoratedSignature({ hint: at, signature })
  const weighed = (kind: Kind) => ({ key: kinds[kind].key, weight: 1 })

  it.each<[Kind, Kind]>([
    ['hash', 'account'],
    ['hash', 'payload'],
    ['account', 'payload'],
  ])('count %s before %s, however they are listed and signed', (first, second) => {
    const both = [first, second]
    for (const signed of [both, both.toReversed()]) {
      for (const listed of [both, both.toReversed()]) {
        const check = createSignatureChecker()(envelopeOf(...signed))
        expect(check.signersReach(listed.map(weighed), 1)).toBe(true)
        expect(check.allUsed()).toBe(false)
        expect(check.signersReach([weighed(first)], 1)).toBe(true) // no other was needed
        expect(check.allUsed()).toBe(false)
        expect(check.signersReach([weighed(second)], 1)).toBe(true)
        expect(check.allUsed()).toBe(true)
      }
    }
  })

  it('that differ in the payload only are told apart', () => {
    const other = { key: payloadKey(Uint8Array.from([0, 9, 8, 7, 6])), weight: 1 } // of one hint
    for (const signers of [
      [other, weighed('payload')],
      [weighed('payload'), other],
    ]) {
      const check = createSignatureChecker()(envelopeOf('payload'))
      expect(signers.map((signer) => check.signersReach([signer], 1))).toEqual(
        signers.map((signer) => signer !== other),
      )
    }
  })

  it.each<[Kind]>([['hash'], ['account'], ['payload']])(
    'count %s once, though it signed twice',
    (kind) => {
      const check = createSignatureChecker()(envelopeOf(kind, kind))
      expect(check.signersReach([weighed(kind)], 2)).toBe(false)
      expect(check.allUsed()).toBe(false)
    },
  )
})

it('a signature of a record is taken by its hint, but what opens a hash is not (SBX-23)', () => {
  const digest = createHash('sha256').update('open').digest()
  const payload = new xdr.SignerKeyEd25519SignedPayload({
    ed25519: alice.rawPublicKey(),
    payload: Uint8Array.from([1, 2, 3, 4]),
  })
  const payloadKey = xdr.SignerKey.signerKeyTypeEd25519SignedPayload(payload)
  const ownHint = alice.signatureHint()
  const payloadHint = ownHint.map((byte, at) => byte ^ (at + 1))
  const taken = (key: string, hint: Uint8Array, signature: Uint8Array) => {
    const check = createSignatureChecker(signedBefore)(signedBy(signature, hint).envelope)
    return check.signersReach([{ key, weight: 1 }], 1)
  }
  const hashX = StrKey.encodeSha256Hash(digest)
  const opened = new TextEncoder().encode('open')
  const none = new Uint8Array(64)
  expect([
    taken(idOf('alice'), ownHint, none),
    taken(idOf('alice'), payloadHint, good),
    taken(SignerKey.encodeSignerKey(payloadKey), payloadHint, none),
    taken(SignerKey.encodeSignerKey(payloadKey), ownHint, none),
    taken(hashX, digest.subarray(28), opened),
    taken(hashX, digest.subarray(28), none),
  ]).toEqual([true, false, true, false, true, false])
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

  it('is capped for each signer, not as a whole', () => {
    const signers = ['alice', 'bob']
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const check = createSignatureChecker()(world.envelope({ source: 'alice', operations, signers }))
    const both = signers.map((name) => ({ key: idOf(name), weight: 1000 }))
    expect([510, 511].map((needed) => check.signersReach(both, needed))).toEqual([true, false])
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

  it('counts no key twice that signed twice, and each that signed once', () => {
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const weights = ['alice', 'bob', 'carol'].map((name) => ({ key: idOf(name), weight: 1 }))
    const reached = (...signers: string[]) => {
      const check = createSignatureChecker()(
        world.envelope({ source: 'alice', operations, signers }),
      )
      return [check.signersReach(weights, 2), check.allUsed()]
    }
    expect(reached('alice', 'alice')).toEqual([false, false])
    expect(reached('alice', 'bob')).toEqual([true, true])
    expect(reached('carol', 'alice')).toEqual([true, true])
    expect(reached('carol', 'alice', 'bob')).toEqual([true, false])
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

it('keeps the signers of an account by type, then by key (SBX-14)', () => {
  const names = ['carol', 'bob', 'dave']
  const [first, second] = names.map((name) => createHash('sha256').update(name).digest())
  const payload = new xdr.SignerKeyEd25519SignedPayload({
    ed25519: keyOf('bob').rawPublicKey(),
    payload: Uint8Array.from([7]),
  })
  const signedPayload = SignerKey.encodeSignerKey(
    xdr.SignerKey.signerKeyTypeEd25519SignedPayload(payload),
  )
  if (first === undefined || second === undefined) throw new Error('there are no hashes')
  const added = [
    { ed25519SignedPayload: signedPayload },
    { sha256Hash: first },
    { sha256Hash: second },
    { preAuthTx: second },
    { preAuthTx: first },
    ...names.map((name) => ({ ed25519PublicKey: idOf(name) })),
  ]
  const operations = added.map((signer) =>
    Operation.setOptions({ signer: { ...signer, weight: 1 } as never }),
  )
  world.fund('many')
  world.apply({ source: 'many', operations })
  const hashes = [first, second].toSorted((one, other) => Buffer.compare(one, other))
  const raw = (name: string) => keyOf(name).rawPublicKey()
  expect(world.ledger.account(idOf('many'))?.signers.map(({ key }) => key)).toEqual([
    ...names.toSorted((one, other) => Buffer.compare(raw(one), raw(other))).map(idOf),
    ...hashes.map((one) => StrKey.encodePreAuthTx(one)),
    ...hashes.map((one) => StrKey.encodeSha256Hash(one)),
    signedPayload,
  ])
})
