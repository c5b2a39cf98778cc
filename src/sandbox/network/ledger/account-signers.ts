import { SignerKey } from '@stellar/stellar-sdk'
import type { AccountEntry, Signer } from './entries.ts'
import {
  accountIn,
  canPay,
  changeCounters,
  mostSubentries,
  sponsorRefusal,
  type ReserveRefusal,
  type Sponsorships,
} from './reserve.ts'
import type { LedgerState } from './state.ts'

/** Signers live in the account's entry, kept sorted, and cost a reserve each (SBX-14, SBX-18). */

export function addSigner(
  state: LedgerState,
  { account: id, signer }: { readonly account: string; readonly signer: Signer },
  sponsorships: Sponsorships,
): ReserveRefusal | undefined {
  const sponsor = sponsorships.get(id)
  const refusal = signerRefusal(state, accountIn(state, id), sponsor)
  if (refusal !== undefined) return refusal
  if (sponsor !== undefined) changeCounters(state, sponsor, { sponsoring: 1 })
  changeCounters(state, id, { subentries: 1, sponsored: sponsor === undefined ? 0 : 1 })
  const account = accountIn(state, id)
  const stored = sponsor === undefined ? signer : { ...signer, sponsor }
  state.put({ ...account, signers: [...account.signers, stored].toSorted(bySignerKey) })
  return undefined
}

function signerRefusal(
  state: LedgerState,
  account: AccountEntry,
  sponsor: string | undefined,
): ReserveRefusal | undefined {
  if (account.subentries >= mostSubentries) return 'too_many_subentries'
  if (sponsor !== undefined) return sponsorRefusal(state, sponsor, 1)
  return canPay(account, 1, state.circumstances.baseReserve) ? undefined : 'low_reserve'
}

export function removeSigner(state: LedgerState, id: string, key: string): void {
  const signer = accountIn(state, id).signers.find((one) => one.key === key)
  if (signer === undefined) return
  if (signer.sponsor !== undefined) changeCounters(state, signer.sponsor, { sponsoring: -1 })
  changeCounters(state, id, {
    subentries: -1,
    sponsored: signer.sponsor === undefined ? 0 : -1,
  })
  const account = accountIn(state, id)
  state.put({ ...account, signers: account.signers.filter((one) => one.key !== key) })
}

interface SignerChange {
  readonly key: string
  readonly weight: number
  /** `undefined` ends the sponsorship. */
  readonly sponsor: string | undefined
}

export function changeSigner(
  state: LedgerState,
  id: string,
  { key, weight, sponsor }: SignerChange,
): void {
  const account = accountIn(state, id)
  const changed = sponsor === undefined ? { key, weight } : { key, weight, sponsor }
  const signers = account.signers.map((one) => (one.key === key ? changed : one))
  state.put({ ...account, signers })
}

/** By type, then by key, as their XDR compares. */
const bySignerKey = (one: Signer, other: Signer): number =>
  Buffer.compare(signerXdr(one.key), signerXdr(other.key))

const signerXdr = (key: string): Uint8Array => SignerKey.decodeAddress(key).toXdr()
