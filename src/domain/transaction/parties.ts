import type { AssetPolicy } from '../asset/asset-policy.ts'
import { typeForAmount } from '../asset/asset-policy.ts'
import type { Customer } from '../customer/customer.ts'
import type { CustomerTypes } from '../customer/customer-type.ts'
import { standingFor } from '../customer/standing.ts'
import type { CustomerStatus } from '../customer/standing.ts'
import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'

export type Side = 'sender' | 'receiver'

/** One of the two people or firms at the ends, as far as they are known. */
export interface Party {
  readonly customer?: Customer
  /** The SEP-12 type the amount asks for; absent when this side needs no KYC. */
  readonly type?: string
}

/** What the two customers together allow before the funds have come. */
export type Clearance = 'cleared' | 'checking' | 'infoMissing' | 'declined'

export interface Parties {
  readonly sender: Party
  readonly receiver: Party
  readonly clearance: Clearance
}

export type PartiesRefusal =
  | { readonly code: 'customer_info_needed'; readonly side: Side; readonly type: string }
  | { readonly code: 'customer_rejected'; readonly side: Side }

export interface PartyFacts {
  readonly asset: AssetPolicy
  readonly amountInUnits: bigint
  /** Base account of the client: its customers under any memo may take part (SEP31-28, SEP31-C12). */
  readonly account: string
  readonly sender?: Customer
  readonly receiver?: Customer
  readonly types: CustomerTypes
}

/**
 * Who takes part, and whether they may. An unknown customer, or one of another client, is as good as
 * none: `customer_info_needed` with the type (SEP31-42, SEP31-O21). Before payment (`kycTiming: before`) both
 * have to be accepted; with `after` the transaction may wait for them, but not for somebody an operator
 * rejected. A customer named for a side that needs no KYC is kept when known and ignored when not.
 */
export function admitParties(facts: PartyFacts): Outcome<Parties, PartiesRefusal> {
  const { asset, amountInUnits } = facts
  const sender = partyOf(facts, facts.sender, typeForAmount(asset.senderTypes, amountInUnits)?.name)
  const receiver = partyOf(
    facts,
    facts.receiver,
    typeForAmount(asset.receiverTypes, amountInUnits)?.name,
  )
  const refusal = refusalOf('sender', sender, facts) ?? refusalOf('receiver', receiver, facts)
  if (refusal !== undefined) return refused(refusal)
  return accepted({ sender, receiver, clearance: clearanceOf([sender, receiver], facts.types) })
}

/** What two parties allow, by their standing now. */
export function clearanceOf(parties: readonly Party[], types: CustomerTypes): Clearance {
  const statuses = parties.map((party) => statusOf(party, types))
  if (statuses.includes('REJECTED')) return 'declined'
  if (statuses.includes('NEEDS_INFO')) return 'infoMissing'
  return statuses.includes('PROCESSING') ? 'checking' : 'cleared'
}

function partyOf(
  { account }: PartyFacts,
  customer: Customer | undefined,
  type: string | undefined,
): Party {
  return {
    ...(customer?.key.account === account && { customer }),
    ...(type !== undefined && { type }),
  }
}

function refusalOf(
  side: Side,
  party: Party,
  { asset, types }: PartyFacts,
): PartiesRefusal | undefined {
  if (party.type === undefined) return undefined
  const needed = { code: 'customer_info_needed', side, type: party.type } as const
  if (party.customer === undefined) return needed
  const status = statusOf(party, types)
  if (asset.kycTiming === 'before') return status === 'ACCEPTED' ? undefined : needed
  return status === 'REJECTED' ? { code: 'customer_rejected', side } : undefined
}

/**
 * A side without a type needs no KYC and is accepted as it is. What a type wants that is configured no more
 * is not known: the transaction waits until it lapses, and whoever sends data is not refused for it.
 */
function statusOf({ customer, type }: Party, types: CustomerTypes): CustomerStatus {
  if (type === undefined) return 'ACCEPTED'
  const asked = types.byName.get(type)
  if (asked === undefined) return customer?.rejected === undefined ? 'NEEDS_INFO' : 'REJECTED'
  return standingFor(customer, asked).status
}
