import type { Outcome } from '../../domain/outcome.ts'

/** Reads what other domains publish in their stellar.toml (SEP-1). */
export interface HomePageLookup {
  /**
   * `SIGNING_KEY` of a domain. Refused when the file cannot be fetched (also when the domain leads to an
   * address that is not public), is no TOML, or holds no valid `G…` key; what was fetched is not told.
   */
  signingKeyOf(
    domain: string,
  ): Promise<Outcome<string, { readonly code: 'unreachable' | 'no_signing_key' }>>
}
