import { TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import type { ChallengeTransaction } from '../../../src/domain/client/challenge.ts'
import { aLogin, passphrase, serverKey } from '../../builders/login.ts'
import {
  bump,
  clientKey,
  dataEntry,
  forged,
  otherKey,
  walletKey,
} from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()

it('reads all that an envelope says, each byte of its texts as one character', async () => {
  const { challenges, challengeFor } = await aLogin()
  const timeBounds = new xdr.TimeBounds({ minTime: 3n, maxTime: 9n })
  const changes = {
    seqNum: 5n,
    cond: xdr.Preconditions.precondTime(timeBounds),
    memo: xdr.Memo.memoId(2n ** 63n),
    operations: [
      dataEntry(account, 'clé', 'ÿ€'),
      dataEntry(otherKey.publicKey(), 'b', ''),
      dataEntry(undefined, 'c', null),
      bump(account),
    ],
  }
  const keys = [walletKey, clientKey]
  const envelope = forged(await challengeFor({ account }), () => changes, ...keys)
  const hash = TransactionBuilder.fromXDR(envelope, passphrase).hash()
  const asLatin = (text: string) => Buffer.from(text).toString('latin1')
  const read = challenges.read(envelope)
  expect(Buffer.from(read?.hash ?? []).toString('hex')).toBe(Buffer.from(hash).toString('hex'))
  expect({ ...read, hash: undefined, signatures: undefined }).toEqual({
    source: serverKey.publicKey(),
    sequence: 5n,
    timeBounds: { min: 3n, max: 9n },
    memo: { id: '9223372036854775808' },
    operations: [
      { source: account, data: { name: asLatin('clé'), value: asLatin('ÿ€') } },
      { source: otherKey.publicKey(), data: { name: 'b', value: '' } },
      { data: { name: 'c' } },
      { source: account },
    ],
  })
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  expect(read?.signatures.map(({ hint, signature }) => [hexOf(hint), hexOf(signature)])).toEqual(
    keys.map((key) => [hexOf(key.rawPublicKey().slice(-4)), hexOf(key.sign(hash))]),
  )
})

it.each<[xdr.Memo, ChallengeTransaction['memo']]>([
  [xdr.Memo.memoNone(), undefined],
  [xdr.Memo.memoId(0n), { id: '0' }],
  [xdr.Memo.memoText('7'), 'not_an_id'],
  [xdr.Memo.memoHash(new xdr.Hash(new Uint8Array(32))), 'not_an_id'],
  [xdr.Memo.memoReturn(new xdr.Hash(new Uint8Array(32))), 'not_an_id'],
])('reads a memo as an id, as none, or as something else: %#', async (memo, read) => {
  const { challenges, challengeFor } = await aLogin()
  const envelope = forged(await challengeFor({ account }), () => ({ memo }), serverKey)
  expect(challenges.read(envelope)?.memo).toEqual(read)
})

it.each([[[0]], [[1]], [[31, 64]], [[64, 62]], [[63, 63, 63]], [[]]])(
  'knows what was signed whatever lengths the signatures have: %j (SEP10-87)',
  async (lengths) => {
    const { challenges, challengeFor } = await aLogin()
    const challenge = await challengeFor({ account })
    const decoded = xdr.TransactionEnvelope.fromXdr(Buffer.from(challenge, 'base64'))
    if (decoded.type !== 'envelopeTypeTx') throw new Error('not a plain envelope')
    const signatures = lengths.map(
      (length) =>
        new xdr.DecoratedSignature({
          hint: new xdr.SignatureHint(new Uint8Array(4)),
          signature: new xdr.Signature(new Uint8Array(length)),
        }),
    )
    const odd = new xdr.TransactionV1Envelope({ tx: decoded.value.tx, signatures })
    const bytes = Buffer.from(xdr.TransactionEnvelope.envelopeTypeTx(odd).toXdr())
    const read = challenges.read(bytes.toString('base64'))
    expect(read?.hash).toEqual(challenges.read(challenge)?.hash)
    expect(read?.signatures.map(({ signature }) => signature.length)).toEqual(lengths)
  },
)

it('reads base64 of either alphabet, and nothing around it (SEP10-70)', async () => {
  const { challenges, challengeFor } = await aLogin()
  const envelope = await challengeFor({ account })
  const urlSafe = envelope.replaceAll('+', '-').replaceAll('/', '_')
  const same = [envelope, urlSafe, urlSafe.replaceAll('=', '')]
  expect(same.map((text) => challenges.read(text)?.hash)).toEqual(
    same.map(() => challenges.read(envelope)?.hash),
  )
  const others = ['', ` ${envelope}`, `${envelope}\n`, `\t${envelope} `, `"${envelope}"`]
  expect(others.map((text) => challenges.read(text))).toEqual(others.map(() => undefined))
})
