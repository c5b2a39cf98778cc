import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { TransactionEventsDocument } from '../../schema/generated/partner/graphql.ts'
import type {
  TransactionEventsSubscription,
  TransactionEventsSubscriptionVariables,
} from '../../schema/generated/partner/graphql.ts'

export type HeardEvent = TransactionEventsSubscription['transactionEvents']

/** A partner integrator who follows all of its transactions over one GraphQL subscription. */
export function followTransactions(url: string, token: string) {
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  const variables: TransactionEventsSubscriptionVariables = {}
  const events = client.iterate<TransactionEventsSubscription>({
    query: TransactionEventsDocument.toString(),
    variables,
  })
  const connected = new Promise<void>((resolve, reject) => {
    client.on('connected', () => resolve())
    client.on('closed', (event) =>
      reject(new Error(`The subscription was refused: ${reasonOf(event)}`)),
    )
  })
  return { connected, events, stop: () => client.dispose() }
}

/** Why a subscription ended: a connection is closed with a reason, all else speaks for itself. */
export const reasonOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'reason' in cause
    ? String(cause.reason)
    : String(cause)
