import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import type { Challenge, ChallengeSignature, IsSignedBy } from './challenge.ts'

/** Signers of an account as the network knows them now; only Ed25519 keys, the master key included. */
export interface AccountSigners {
  /** 0 to 255. */
  readonly mediumThreshold: number
  readonly signers: readonly { readonly account: string; readonly weight: number }[]
}

export type SignatureRefusal =
  | { readonly code: 'server_signature_missing' }
  | { readonly code: 'client_domain_signature_missing' }
  | { readonly code: 'client_signature_missing' }
  | { readonly code: 'unknown_signature' }
  | { readonly code: 'too_little_weight'; readonly weight: number; readonly needed: number }

/**
 * Takes the server's signature and, where a wallet is named, the wallet's off the list; what is left
 * has to be the client's. Neither of the two ever counts for the client (SEP10-96, 97, 108, 110).
 */
export async function setAsideCosigners(
  challenge: Challenge,
  signatures: readonly ChallengeSignature[],
  isSignedBy: IsSignedBy,
): Promise<Outcome<readonly ChallengeSignature[], SignatureRefusal>> {
  const withoutServer = await without(signatures, challenge.serverAccount, isSignedBy)
  if (withoutServer === undefined) return refused({ code: 'server_signature_missing' })
  const { clientDomain } = challenge
  const rest =
    clientDomain === undefined
      ? withoutServer
      : await without(withoutServer, clientDomain.account, isSignedBy)
  if (rest === undefined) return refused({ code: 'client_domain_signature_missing' })
  return rest.length === 0 ? refused({ code: 'client_signature_missing' }) : accepted(rest)
}

/**
 * Whether the signatures that are left prove control of the account. Without an account on the network,
 * exactly one signature, by the master key. With one, each signature has to be by another signer of
 * weight above 0, and the sum has to reach the medium threshold: what moving funds takes, and what the
 * client then may do here. A threshold of 0 still takes one signature (SEP10-88 to 107).
 */
export async function weighSignatures(
  challenge: Challenge,
  signatures: readonly ChallengeSignature[],
  { signers, isSignedBy }: { signers: AccountSigners | undefined; isSignedBy: IsSignedBy },
): Promise<Outcome<'proven', SignatureRefusal>> {
  const weights =
    signers === undefined
      ? new Map([[challenge.account, 1]])
      : new Map(signers.signers.map(({ account, weight }) => [account, weight]))
  weights.delete(challenge.serverAccount)
  if (challenge.clientDomain !== undefined) weights.delete(challenge.clientDomain.account)
  let weight = 0
  for (const signature of signatures) {
    const able = [...weights.keys()].filter((account) => weights.get(account) !== 0)
    const signer = await firstOf(able, (account) => isSignedBy(account, signature))
    if (signer === undefined) return refused({ code: 'unknown_signature' })
    weight += weights.get(signer) ?? 0
    weights.delete(signer)
  }
  const needed = Math.max(signers?.mediumThreshold ?? 1, 1)
  return weight >= needed
    ? accepted('proven')
    : refused({ code: 'too_little_weight', weight, needed })
}

/** The list without the one signature of this account; undefined when it is not there. */
async function without(
  signatures: readonly ChallengeSignature[],
  account: string,
  isSignedBy: IsSignedBy,
): Promise<readonly ChallengeSignature[] | undefined> {
  const found = await firstOf(signatures, (signature) => isSignedBy(account, signature))
  return found === undefined ? undefined : signatures.toSpliced(signatures.indexOf(found), 1)
}

/** One after the other, as most searches end with the first. */
async function firstOf<Item>(
  items: readonly Item[],
  fits: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for (const item of items) if (await fits(item)) return item
  return undefined
}
