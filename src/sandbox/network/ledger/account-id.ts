import { StrKey, type xdr } from '@stellar/stellar-sdk'

/** The G… address of a raw key. */
export const addressOf = (key: Uint8Array): string => StrKey.encodeEd25519PublicKey(key)

export const accountIdOf = (id: xdr.AccountId): string => addressOf(id.ed25519.value)

export function rawKeyOf(account: xdr.MuxedAccount): Uint8Array {
  switch (account.type) {
    case 'keyTypeEd25519':
      return account.ed25519.value
    case 'keyTypeMuxedEd25519':
      return account.med25519.ed25519.value
  }
}

/** A muxed account is, for the ledger, the account underneath it. */
export const mainAccountOf = (account: xdr.MuxedAccount): string => addressOf(rawKeyOf(account))
