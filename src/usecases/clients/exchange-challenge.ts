import { mayBeServed } from '../../domain/client/agreement.ts'
import type { Challenge, ChallengeRefusal } from '../../domain/client/challenge.ts'
import { readChallenge } from '../../domain/client/challenge.ts'
import type { SignatureRefusal } from '../../domain/client/signatures.ts'
import { setAsideCosigners, weighSignatures } from '../../domain/client/signatures.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { AccountLookup } from '../ports/account-lookup.ts'
import type { ChallengeTransactions } from '../ports/challenge-transactions.ts'
import type { LoginRecords } from '../ports/login-records.ts'
import type { TokenIssuer } from '../ports/token-issuer.ts'
import type { LoginSettings } from './login-settings.ts'

export type ExchangeRefusal =
  | { readonly code: 'envelope_unreadable' }
  | ChallengeRefusal
  | SignatureRefusal
  | { readonly code: 'not_agreed' }
  | { readonly code: 'challenge_used' }

export type ExchangeChallenge = (
  envelope: string,
) => Promise<Outcome<{ readonly token: string }, ExchangeRefusal>>

export interface ExchangeChallengeParts {
  readonly settings: LoginSettings & { readonly tokenLifetimeSeconds: number }
  readonly challenges: ChallengeTransactions
  /** Keys that were `SIGNING_KEY` less than one challenge lifetime ago (SEP10-138). */
  readonly retiredServerAccounts?: readonly string[]
  readonly accounts: AccountLookup
  readonly logins: Pick<LoginRecords, 'consumeChallenge'>
  readonly tokens: TokenIssuer
  readonly now: () => Date
}

/** Longest text that is decoded at all (SEP10-17). */
export const envelopeLengthMax = 50_000

/**
 * Exchanges a signed challenge for a login token, once: the hash is noted as the last step before the
 * token is written, and a second exchange is refused (SEP10-111 to 114).
 *
 * Failures: `NetworkUnavailable` when the signers cannot be read - never a token without them.
 * Source: SEP-10 3.4.1, Token.
 */
export const exchangeChallenge =
  (parts: ExchangeChallengeParts): ExchangeChallenge =>
  async (envelope) => {
    const proven = await proveIdentity(envelope, parts)
    if (!proven.ok) return proven
    const { challenge, hash } = proven.value
    if (!mayBeServed(parts.settings.agreement, challenge.account)) {
      return refused({ code: 'not_agreed' })
    }
    const id = toHex(hash)
    if (!(await parts.logins.consumeChallenge(id, keptUntil(challenge)))) {
      return refused({ code: 'challenge_used' })
    }
    return accepted({ token: await issueToken(challenge, id, parts) })
  }

async function proveIdentity(
  envelope: string,
  { settings, challenges, retiredServerAccounts = [], accounts, now }: ExchangeChallengeParts,
): Promise<Outcome<{ readonly challenge: Challenge; readonly hash: Uint8Array }, ExchangeRefusal>> {
  const transaction = envelope.length > envelopeLengthMax ? undefined : challenges.read(envelope)
  if (transaction === undefined) return refused({ code: 'envelope_unreadable' })
  const { webAuthDomain, homeDomains } = settings
  const serverAccounts = [challenges.serverAccount, ...retiredServerAccounts]
  const rules = { serverAccounts, webAuthDomain, homeDomains }
  const challenge = readChallenge(transaction, rules, now())
  if (!challenge.ok) return challenge
  const isSignedBy = challenges.signedBy(transaction)
  const rest = await setAsideCosigners(challenge.value, transaction.signatures, isSignedBy)
  if (!rest.ok) return rest
  const signers = await accounts.signersOf(challenge.value.account)
  const weighed = await weighSignatures(challenge.value, rest.value, { signers, isSignedBy })
  return weighed.ok ? accepted({ challenge: challenge.value, hash: transaction.hash }) : weighed
}

function issueToken(
  challenge: Challenge,
  id: string,
  { settings, tokens, now }: ExchangeChallengeParts,
): Promise<string> {
  const seconds = Math.floor(now().getTime() / 1_000)
  return tokens.issue({
    id,
    issuer: settings.endpoint,
    subject: challenge.subject,
    homeDomain: challenge.homeDomain,
    issuedAt: new Date(seconds * 1_000),
    lapsesAt: new Date((seconds + settings.tokenLifetimeSeconds) * 1_000),
    ...(challenge.clientDomain && { clientDomain: challenge.clientDomain.domain }),
  })
}

/**
 * A challenge counts until the end of its last second, and by the slowest clock among the gateways: its
 * hash is kept a minute longer, so that none is forgotten while it can still be exchanged.
 */
const keptUntil = ({ lapsesAt }: Challenge): Date => new Date(lapsesAt.getTime() + 60_000)

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexOf[byte] ?? ''
  return text
}
