import { StrKey } from '@stellar/stellar-sdk'

/** The muxed address `M…` of an account `G…` and an id, as the SDK of a wallet writes it. */
export function muxedAddress(account: string, id: string): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(id))
  return StrKey.encodeMed25519PublicKey(
    Buffer.concat([StrKey.decodeEd25519PublicKey(account), bytes]),
  )
}
