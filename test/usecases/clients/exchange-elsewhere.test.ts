import { Keypair, Networks, Transaction, TransactionBuilder } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { challengeTransactions } from '../../../src/adapters/stellar-crypto/challenge-transactions.ts'
import {
  createSignatureJudge,
  openSigningKey,
} from '../../../src/adapters/stellar-crypto/ed25519.ts'
import { exchangeChallenge } from '../../../src/usecases/clients/exchange-challenge.ts'
import { aLogin, passphrase, serverKey } from '../../builders/login.ts'
import { clientKey, otherKey, signed, walletKey } from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()

it('a challenge of our key on another network is not one of ours (SEP10-03, SEP10-71)', async () => {
  const login = await aLogin()
  const elsewhere = challengeTransactions({
    signingKey: openSigningKey(serverKey.secret()),
    networkPassphrase: Networks.PUBLIC,
    isSignature: createSignatureJudge(),
  })
  const seconds = Math.floor(login.world.now.getTime() / 1_000)
  const foreign = elsewhere.write({
    account,
    homeDomain: 'example.com',
    webAuthDomain: 'anchor.example.com',
    validFrom: new Date(seconds * 1_000),
    lapsesAt: new Date((seconds + 900) * 1_000),
  })
  const there = TransactionBuilder.fromXDR(foreign, Networks.PUBLIC)
  there.sign(clientKey)
  const outcome = await login.exchange(there.toEnvelope().toXdr('base64'))
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'server_signature_missing' } })
})

it('a challenge signed for another network is not signed by the client (SEP10-03, SEP10-71, SEP10-91)', async () => {
  const login = await aLogin()
  const challenge = await login.challengeFor({ account })
  const here = new Transaction(challenge, Networks.TESTNET)
  const there = new Transaction(challenge, Networks.PUBLIC)
  there.sign(clientKey)
  here.signatures.push(...there.signatures.slice(-1))
  const outcome = await login.exchange(here.toEnvelope().toXdr('base64'))
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'unknown_signature' } })
  expect((await login.exchange(signed(challenge, clientKey))).ok).toBe(true)
})

it('a challenge of a gateway whose clock is five seconds ahead is taken, of one further ahead not (SEP10-76, SEP10-77)', async () => {
  const login = await aLogin()
  const made = login.world.now.getTime()
  const envelope = signed(await login.challengeFor({ account }), clientKey)
  login.world.now = new Date(made - 6_000)
  expect(await login.exchange(envelope)).toMatchObject({
    ok: false,
    refusal: { code: 'wrong_challenge', fault: 'not_yet_valid' },
  })
  login.world.now = new Date(made - 5_000)
  expect((await login.exchange(envelope)).ok).toBe(true)
})

it('a challenge of any key that was ours a short while ago is taken, of another not (SEP10-138)', async () => {
  const { settings, challenges, tokens, world } = await aLogin()
  const seconds = Math.floor(world.now.getTime() / 1_000)
  const exchange = exchangeChallenge({
    settings,
    challenges,
    retiredServerAccounts: [otherKey.publicKey(), walletKey.publicKey()],
    accounts: { signersOf: () => Promise.resolve(undefined) },
    logins: { consumeChallenge: () => Promise.resolve(true) },
    tokens,
    now: () => world.now,
  })
  const isTaken = async (key: Keypair) => {
    const made = challengeTransactions({
      signingKey: openSigningKey(key.secret()),
      networkPassphrase: passphrase,
      isSignature: createSignatureJudge(),
    }).write({
      account,
      homeDomain: 'example.com',
      webAuthDomain: 'anchor.example.com',
      validFrom: new Date(seconds * 1_000),
      lapsesAt: new Date((seconds + 900) * 1_000),
    })
    return (await exchange(signed(made, clientKey))).ok
  }
  const keys = [serverKey, otherKey, walletKey, Keypair.random()]
  expect(await Promise.all(keys.map(isTaken))).toEqual([true, true, true, false])
})

it('a token is dated by when it is given, for a challenge that was good when it came (SEP10-76, SEP10-119, SEP10-120)', async () => {
  const { world, settings, challenges, tokens, challengeFor } = await aLogin()
  const envelope = signed(await challengeFor({ account }), clientKey)
  const start = Math.floor(world.now.getTime() / 1_000)
  const exchange = exchangeChallenge({
    settings,
    challenges,
    accounts: {
      signersOf: async () => {
        world.now = new Date((start + 905) * 1_000) // the network takes its time
        return undefined
      },
    },
    logins: { consumeChallenge: async () => true },
    tokens,
    now: () => world.now,
  })
  world.now = new Date((start + 900) * 1_000)
  const outcome = await exchange(envelope)
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  expect(await tokens.read(outcome.value.token, world.now)).toMatchObject({
    ok: true,
    value: {
      issuedAt: new Date((start + 905) * 1_000),
      lapsesAt: new Date((start + 905 + 86_400) * 1_000),
    },
  })
  expect(await exchange(envelope)).toMatchObject({ ok: false, refusal: { fault: 'lapsed' } })
})

it('a token is issued by the login endpoint as it is published, whatever its path (SEP10-115)', async () => {
  const endpoint = 'http://localhost:8080/login/sep10'
  const login = await aLogin({ endpoint, webAuthDomain: 'localhost:8080' })
  const outcome = await login.exchange(signed(await login.challengeFor({ account }), clientKey))
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  const read = await login.tokens.read(outcome.value.token, login.world.now)
  expect(read).toMatchObject({ ok: true, value: { issuer: endpoint } })
})
