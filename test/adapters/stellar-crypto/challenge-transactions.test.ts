import { TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
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
