import { encodeMuxedAccountToAddress, SignerKey, StrKey } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'

/** An account as it was named in an envelope: the G address, and the M address when it was muxed. */
export interface NamedAccount {
  readonly account: string
  readonly muxed?: { readonly address: string; readonly id: string }
}

export function accountAddress(key: xdr.PublicKey): string {
  return StrKey.encodeEd25519PublicKey(key.ed25519.toBytes())
}

export function namedAccount(source: xdr.MuxedAccount): NamedAccount {
  switch (source.type) {
    case 'keyTypeEd25519':
      return { account: StrKey.encodeEd25519PublicKey(source.ed25519.toBytes()) }
    case 'keyTypeMuxedEd25519':
      return {
        account: StrKey.encodeEd25519PublicKey(source.med25519.ed25519.toBytes()),
        muxed: {
          address: encodeMuxedAccountToAddress(source),
          id: source.med25519.id.toString(),
        },
      }
  }
}

export function signerAddress(key: xdr.SignerKey): string {
  return SignerKey.encodeSignerKey(key)
}

/** `00000000` and the hash in hex, as Horizon prints the id of a claimable balance. */
export function claimableBalanceId(id: xdr.ClaimableBalanceId): string {
  return id.toXdr('hex')
}
