import { horizonAccounts } from '../adapters/horizon/account-signers.ts'
import { clientTokens } from '../adapters/jwt/client-tokens.ts'
import { loginTokens } from '../adapters/jwt/login-tokens.ts'
import { challengeTransactions } from '../adapters/stellar-crypto/challenge-transactions.ts'
import { createSignatureJudge, openSigningKey } from '../adapters/stellar-crypto/ed25519.ts'
import type { SigningKey } from '../adapters/stellar-crypto/ed25519.ts'
import type { Config, Site } from '../config/config.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Agreement } from '../domain/client/agreement.ts'
import { outwardCalls } from '../observability/outward-calls.ts'
import { authorise } from '../usecases/clients/authorise.ts'
import { consumeTogether } from '../usecases/clients/consume-together.ts'
import { exchangeChallenge } from '../usecases/clients/exchange-challenge.ts'
import { forgetLapsedChallenges } from '../usecases/clients/forget-lapsed-challenges.ts'
import { makeChallenge } from '../usecases/clients/make-challenge.ts'
import type { LoginSettings } from '../usecases/clients/login-settings.ts'
import { faultsOfLogin } from '../usecases/clients/login-settings.ts'
import type { HomePageLookup } from '../usecases/ports/home-page-lookup.ts'
import type { Foundation } from './foundation.ts'

const challengeLifetimeSeconds = 900
/** Address of a site's login endpoint, as published. */
export const loginEndpoint = (site: Site): string => `${site.url}/auth`

/** Rooms of proving who a client is. Each site has its own challenges; tokens count on all of them. */
export async function composeLogins(
  foundation: Foundation,
  {
    config,
    secrets,
    sites,
  }: { readonly config: Config; readonly secrets: Secrets; readonly sites: readonly Site[] },
  homePages: HomePageLookup,
) {
  const { commit, commitAtOnce, now } = foundation
  const agreement = agreementOf(config)
  const faults = sites.flatMap((site) => faultsOfLogin(settingsOf(site, config, agreement)))
  if (faults.length > 0) throw new ConfigurationFaulty([...new Set(faults)])
  const tokens = await loginTokens(secrets.tokenSecret)
  const signingKey = readSigningKey(secrets.signingSeed)
  const challenges = challengeTransactions({
    signingKey,
    networkPassphrase: config.network.passphrase,
    isSignature: createSignatureJudge(),
  })
  const onCall = outwardCalls(foundation, 'horizon', 'debug')
  const accounts = horizonAccounts({ horizonUrl: config.network.horizonUrl, onCall })
  const logins = consumeTogether(commitAtOnce)
  return {
    signingKey,
    forgetLapsedChallenges: forgetLapsedChallenges({ commit, now }),
    authorise: authorise({
      tokens,
      issuers: sites.map(loginEndpoint),
      homeDomains: config.login.homeDomains,
      agreement,
      now,
    }),
    loginAt: (site: Site) => {
      const settings = settingsOf(site, config, agreement)
      return {
        makeChallenge: makeChallenge({
          settings,
          challenges,
          clientTokens: clientTokens(),
          homePages,
          now,
        }),
        exchangeChallenge: exchangeChallenge({
          settings: { ...settings, tokenLifetimeSeconds: config.login.tokenLifetimeSeconds },
          challenges,
          retiredServerAccounts: config.login.retiredSigningKeys,
          accounts,
          logins,
          tokens,
          now,
        }),
      }
    },
  }
}

function readSigningKey(seed: string): SigningKey {
  try {
    return openSigningKey(seed)
  } catch {
    throw new ConfigurationFaulty(['FAIRLEAD_SIGNING_SEED is no secret seed of Stellar, S…'])
  }
}

function agreementOf({ login }: Config): Agreement {
  if (login.mode === 'open') return { mode: 'open' }
  return {
    mode: 'agreed',
    accounts: new Set(login.sendingAnchors.flatMap((anchor) => anchor.accounts)),
  }
}

function settingsOf(site: Site, { login }: Config, agreement: Agreement): LoginSettings {
  const others = login.homeDomains.filter((domain) => domain !== site.homeDomain)
  return {
    endpoint: loginEndpoint(site),
    webAuthDomain: new URL(site.url).host,
    homeDomains: [site.homeDomain, ...others],
    agreement,
    clientDomains: { mode: 'verify', required: login.requireClientDomain },
    requireClientToken: false,
    challengeLifetimeSeconds,
  }
}
