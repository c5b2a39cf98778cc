import type { AskedChallenge } from '../../src/domain/client/client-token.ts'
import type { AccountSigners } from '../../src/domain/client/signatures.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { clientTokens } from '../../src/adapters/jwt/client-tokens.ts'
import { loginTokens } from '../../src/adapters/jwt/login-tokens.ts'
import { challengeTransactions } from '../../src/adapters/stellar-crypto/challenge-transactions.ts'
import { createSignatureJudge, openSigningKey } from '../../src/adapters/stellar-crypto/ed25519.ts'
import { authorise } from '../../src/usecases/clients/authorise.ts'
import { exchangeChallenge } from '../../src/usecases/clients/exchange-challenge.ts'
import type { LoginSettings } from '../../src/usecases/clients/login-settings.ts'
import { makeChallenge } from '../../src/usecases/clients/make-challenge.ts'
import { Keypair, Networks } from '@stellar/stellar-sdk'

export const passphrase = Networks.TESTNET
export const serverKey = Keypair.fromSecret(
  'SA3U3SAYONAHV5GKI2KYZX55BRJGOGPKSHGZC35NT3P6PD4PNXG3K6MR',
)

/** A gateway's login with the real cryptography; network, wallets' files and clock are set by the test. */
export async function aLogin(changes: Partial<LoginSettings> = {}) {
  const world = {
    now: new Date('2026-11-21T12:00:00.400Z'),
    accounts: new Map<string, AccountSigners>(),
    networkIsAway: undefined as Error | undefined,
    signingKeys: new Map<string, string>(),
    used: new Map<string, Date>(),
  }
  const now = () => world.now
  const settings = {
    endpoint: 'https://anchor.example.com/auth',
    webAuthDomain: 'anchor.example.com',
    homeDomains: ['example.com', 'Other.example.org', '*.shops.example.com'],
    agreement: { mode: 'open' as const },
    clientDomains: { mode: 'verify' as const, required: false },
    requireClientToken: false,
    challengeLifetimeSeconds: 900,
    tokenLifetimeSeconds: 86_400,
    ...changes,
  }
  const challenges = challengeTransactions({
    signingKey: openSigningKey(serverKey.secret()),
    networkPassphrase: passphrase,
    isSignature: createSignatureJudge(),
  })
  const tokens = await loginTokens('a secret of the tests, long enough to be one')
  const make = makeChallenge({
    settings,
    challenges,
    clientTokens: clientTokens(),
    homePages: {
      signingKeyOf: (domain) => {
        const key = world.signingKeys.get(domain)
        if (key === undefined) return Promise.resolve(refused({ code: 'unreachable' }))
        return Promise.resolve(key === '' ? refused({ code: 'no_signing_key' }) : accepted(key))
      },
    },
    now,
  })
  const exchange = exchangeChallenge({
    settings,
    challenges,
    accounts: {
      signersOf: (account) =>
        world.networkIsAway === undefined
          ? Promise.resolve(world.accounts.get(account))
          : Promise.reject(world.networkIsAway),
    },
    logins: {
      consumeChallenge: (hash, lapsesAt) => {
        if (world.used.has(hash)) return Promise.resolve(false)
        world.used.set(hash, lapsesAt)
        return Promise.resolve(true)
      },
    },
    tokens,
    now,
  })
  const judge = authorise({
    tokens,
    issuers: [settings.endpoint],
    homeDomains: settings.homeDomains,
    agreement: settings.agreement,
    now,
  })
  /** The challenge for `asked`, or its refusal as an error. */
  const challengeFor = async (asked: AskedChallenge): Promise<string> => {
    const outcome = await make({ asked })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    return outcome.value.envelope
  }
  return { world, settings, challenges, tokens, make, exchange, authorise: judge, challengeFor }
}
