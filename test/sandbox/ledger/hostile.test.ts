import { fileURLToPath } from 'node:url'
import { Operation, xdr } from '@stellar/stellar-sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { innerOf, readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { readScenarios } from '../../../src/sandbox/network/replay/replay.ts'
import { asset, codesOf, createWorld, idOf, keyOf, parameters } from './world.ts'

/** Whatever the bytes, the answer is a result or an error of the reader; never a crash (SBX-118). */

const scenarios = await readScenarios(
  fileURLToPath(new URL('../vectors/vectors.json.gz', import.meta.url)),
)
const envelopes = scenarios.flatMap(({ steps }) =>
  steps.flatMap((step) => ('envelopeXdr' in step ? [Buffer.from(step.envelopeXdr, 'base64')] : [])),
)

const operations = envelopes.flatMap((bytes) => {
  try {
    const { operations: own } = innerOf(readEnvelope(bytes, parameters.networkPassphrase))
    return own.map(({ body }) => new xdr.Operation({ sourceAccount: null, body }).toXdr())
  } catch {
    return []
  }
})

const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 0, maxLength: 4 })

function mutated(bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const copy = Uint8Array.from(bytes)
  for (const [at, value] of changes) copy[at % copy.length] = value
  return copy
}

const pick = <Item>(items: readonly Item[], at: number): Item => {
  const item = items[at % items.length]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}

it('answers every mutated envelope, in the queue and in a ledger', () => {
  const world = createWorld()
  world.fund('alice', 'bob', 'issuer')
  let read = 0
  fc.assert(
    fc.property(fc.nat(), mutations, (at, changes) => {
      let envelope
      try {
        envelope = readEnvelope(mutated(pick(envelopes, at), changes), parameters.networkPassphrase)
      } catch {
        return
      }
      read += 1
      const { status } = world.queue.admit(envelope)
      expect(['PENDING', 'DUPLICATE', 'TRY_AGAIN_LATER', 'ERROR']).toContain(status)
      const closeTime = world.ledger.head.closeTime + 5n
      const [applied] = world.ledger.close({ transactions: [envelope], closeTime }).transactions
      expect(applied?.result.toXdr().length).toBeGreaterThan(0)
    }),
    { numRuns: 1500 },
  )
  expect(read).toBeGreaterThan(200)
})

it('answers every mutated operation of an account that has signed it', () => {
  const world = createWorld()
  world.fund('alice', 'bob', 'issuer')
  const trusted = [asset('USD'), asset('EUR'), asset('OWN', 'alice')]
  for (const name of ['alice', 'bob']) {
    world.apply({
      source: name,
      operations: trusted
        .filter((one) => one.getIssuer() !== idOf(name))
        .map((one) => Operation.changeTrust({ asset: one })),
    })
  }
  let applied = 0
  fc.assert(
    fc.property(fc.nat(), mutations, (at, changes) => {
      let operation: xdr.Operation
      try {
        operation = xdr.Operation.fromXdr(mutated(pick(operations, at), changes))
      } catch {
        return
      }
      const snapshot = world.ledger.snapshot()
      const transactions = [world.rawEnvelope('alice', operation)]
      const closeTime = world.ledger.head.closeTime + 5n
      const verdict = world.ledger.check(transactions[0] ?? world.rawEnvelope('alice', operation))
      if (verdict.ok) applied += 1
      const closed = world.ledger.close({ transactions, closeTime })
      expect(closed.transactions[0]?.result.toXdr().length).toBeGreaterThan(0)
      world.ledger.restore(snapshot)
    }),
    { numRuns: 600 },
  )
  expect(applied).toBeGreaterThan(50)
})

it('answers the revocation of a signer that cannot be (SBX-49)', () => {
  const world = createWorld()
  world.fund('alice')
  const signerKey = xdr.SignerKey.signerKeyTypeEd25519SignedPayload(
    new xdr.SignerKeyEd25519SignedPayload({
      ed25519: new Uint8Array(32),
      payload: new Uint8Array(0),
    }),
  )
  const accountId = xdr.AccountId.publicKeyTypeEd25519(keyOf('alice').rawPublicKey())
  const operation = new xdr.Operation({
    sourceAccount: null,
    body: xdr.OperationBody.revokeSponsorship(
      xdr.RevokeSponsorshipOp.revokeSponsorshipSigner(
        new xdr.RevokeSponsorshipOpSigner({ accountId, signerKey }),
      ),
    ),
  })
  const closeTime = world.ledger.head.closeTime + 5n
  const transactions = [world.rawEnvelope('alice', operation)]
  const [applied] = world.ledger.close({ transactions, closeTime }).transactions
  expect(applied && codesOf(applied.result)).toEqual(['txFailed', 'revokeSponsorshipDoesNotExist'])
})
