import { Keypair, hash } from '@stellar/stellar-sdk'

/** The key of the account that holds all coins at the start: it follows from the passphrase (SBX-12). */
export function rootKey(networkPassphrase: string): Keypair {
  return Keypair.fromRawEd25519Seed(hash(new TextEncoder().encode(networkPassphrase)))
}
