import type { ClientClaims } from '../../domain/client/client-token.ts'

/** Tokens that clients sign themselves with their Stellar key (SEP-10, Authorization header). */
export interface ClientTokens {
  /**
   * The claims of a compact JWS with `alg` `EdDSA` that the key of this account `G…` signed; undefined
   * for any other algorithm, signature or form. The claims are not judged here.
   */
  read(token: string, account: string): Promise<ClientClaims | undefined>
}
