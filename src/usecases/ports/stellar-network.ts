import type { StellarPayment } from '../../domain/stellar-payment/stellar-payment.ts'

/** What credited an account after a place in its history. */
export interface CreditPage {
  /** In the order of the ledger. */
  readonly credits: readonly StellarPayment[]
  /** Place of the last operation read, crediting or not; the place asked for when there was none. */
  readonly nextCursor: string
  /** Nothing more was there when the page was read. */
  readonly complete: boolean
}

/**
 * The Stellar network, as far as it is read. A place in history is a cursor: the id of an operation
 * (TOID) as decimal text. Failures of every call: `NetworkUnavailable`.
 */
export interface StellarNetwork {
  /**
   * Successful operations that credited the account, after `cursor`, from one page of at most `limit`
   * (200) operations. Operations at or before the cursor are left out, however often they are sent.
   * A page with anything unreadable in it is refused as a whole.
   */
  creditsAfter(account: string, cursor: string, limit: number): Promise<CreditPage>
  /** The place after everything in the ledgers closed so far. */
  newestCursor(): Promise<string>
}

/** The network cannot be read now, or answered nonsense; the same call may work later. */
export class NetworkUnavailable extends Error {
  override readonly name: string = 'NetworkUnavailable'
  readonly severity: 'warn' | 'error' = 'warn'
  /** How long the network asks us to wait, where it says so. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options)
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
