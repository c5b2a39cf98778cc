import type { ExchangeChallenge } from '../../usecases/clients/exchange-challenge.ts'
import type { MakeChallenge } from '../../usecases/clients/make-challenge.ts'
import type { RouteTable } from '../server/route.ts'
import { getChallenge } from './get-challenge.ts'
import { postToken } from './post-token.ts'

export interface Sep10Parts {
  readonly makeChallenge: MakeChallenge
  readonly exchangeChallenge: ExchangeChallenge
  readonly networkPassphrase: string
}

/** SEP-10 3.4.1: both methods live on the one address published as `WEB_AUTH_ENDPOINT`. */
export const sep10Routes = (parts: Sep10Parts): RouteTable => ({
  cors: true,
  isRateLimited: true,
  routes: [
    { method: 'GET', path: '/auth', auth: 'none', route: getChallenge(parts) },
    {
      method: 'POST',
      path: '/auth',
      auth: 'none',
      route: postToken(parts.exchangeChallenge),
      bodyBytesMax: 160_000, // the 50,000 characters of an envelope, percent-encoded
    },
  ],
})
