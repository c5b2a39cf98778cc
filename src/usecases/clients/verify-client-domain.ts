import { readHost } from '../../domain/client/host.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { HomePageLookup } from '../ports/home-page-lookup.ts'

/**
 * What is done about the wallet's domain. `ignore`: nothing, the parameter counts as absent. `verify`:
 * its key is fetched and has to sign too; with `allowed`, only for these domains; with `required`,
 * nobody logs in without (SEP10-44, SEP10-50).
 */
export type ClientDomainRules =
  | { readonly mode: 'ignore' }
  | {
      readonly mode: 'verify'
      readonly required: boolean
      readonly allowed?: readonly string[]
    }

export type ClientDomainRefusal =
  | { readonly code: 'client_domain_missing' }
  | { readonly code: 'client_domain_invalid' }
  | { readonly code: 'client_domain_not_allowed' }
  | { readonly code: 'client_domain_not_verified' }
  | { readonly code: 'client_domain_unreachable' }
  | { readonly code: 'client_domain_without_key' }
  | { readonly code: 'client_domain_key_taken' }

export interface VerifiedClientDomain {
  readonly domain: string
  readonly account: string
}

/**
 * Finds the key that has to sign for the wallet's domain; undefined when there is nothing to verify.
 * @param taken - the server's and the client's own account: their signatures would pass for the
 * wallet's (SEP10-48, SEP10-49).
 */
export async function verifyClientDomain(
  asked: string | undefined,
  rules: ClientDomainRules,
  { homePages, taken }: { readonly homePages: HomePageLookup; readonly taken: readonly string[] },
): Promise<Outcome<VerifiedClientDomain | undefined, ClientDomainRefusal>> {
  if (rules.mode === 'ignore') return accepted(undefined)
  if (asked === undefined) {
    return rules.required ? refused({ code: 'client_domain_missing' }) : accepted(undefined)
  }
  const domain = readHost(asked)
  if (domain === undefined) return refused({ code: 'client_domain_invalid' })
  if (rules.allowed !== undefined && !rules.allowed.includes(domain)) {
    return rules.required ? refused({ code: 'client_domain_not_allowed' }) : accepted(undefined)
  }
  const key = await homePages.signingKeyOf(domain)
  if (!key.ok) return refused({ code: codeOfLookup[key.refusal.code] })
  return taken.includes(key.value)
    ? refused({ code: 'client_domain_key_taken' })
    : accepted({ domain, account: key.value })
}

const codeOfLookup = {
  no_signing_key: 'client_domain_without_key',
  unreachable: 'client_domain_unreachable',
} as const
