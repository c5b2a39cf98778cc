import { compactVerify } from 'jose'
import { publicKeyOf } from '../../domain/client/account-address.ts'
import type { ClientTokens } from '../../usecases/ports/client-tokens.ts'

const tokenLengthMax = 8_192

/** Reads tokens that clients signed with their Stellar key: EdDSA and nothing else (SEP10-35). */
export const clientTokens = (): ClientTokens => ({
  async read(token, account) {
    const publicKey = publicKeyOf(account)
    if (publicKey === undefined || token.length > tokenLengthMax) return undefined
    try {
      const x = Buffer.from(publicKey).toString('base64url')
      const key = { kty: 'OKP', crv: 'Ed25519', x }
      const { payload } = await compactVerify(token, key, { algorithms: ['EdDSA'] })
      const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
      return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
        ? { ...claims }
        : undefined
    } catch {
      return undefined
    }
  },
})
