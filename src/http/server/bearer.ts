import type { Authorise } from '../../usecases/clients/authorise.ts'
import type { Authenticate } from './http-server.ts'

/** The token of an `Authorization: Bearer` header; undefined for any other form (SEP10-125). */
export const readBearer = (authorization: string): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1]

/** Lets in who sends a login token of ours in the `Authorization` header. */
export const authenticateByToken =
  (authorise: Authorise): Authenticate =>
  async (authorization) => {
    if (authorization === undefined) {
      return {
        error: 'Log in first: send Authorization: Bearer with a token from WEB_AUTH_ENDPOINT',
      }
    }
    const token = readBearer(authorization)
    if (token === undefined) return { error: 'The Authorization header must be: Bearer <token>' }
    const outcome = await authorise(token)
    if (outcome.ok) return { principal: outcome.value.principal }
    return { error: words[outcome.refusal.code] }
  }

const words = {
  token_invalid: 'The login token is not valid here; log in again',
  token_lapsed: 'The login token has lapsed; log in again',
  not_agreed: 'There is no agreement with this account',
} as const
