/**
 * Who may log in. `agreed` (production): only the accounts of anchors we have an agreement with; an
 * unknown account is refused when it authenticates. `open` (sandbox): any account may.
 */
export type Agreement =
  { readonly mode: 'open' } | { readonly mode: 'agreed'; readonly accounts: ReadonlySet<string> }

/** Whether the holder of this base account `G…` may log in and be served (SEP31-05). */
export const mayBeServed = (agreement: Agreement, account: string): boolean =>
  agreement.mode === 'open' || agreement.accounts.has(account)
