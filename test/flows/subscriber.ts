import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { TransactionEventsDocument } from '../../schema/generated/partner/graphql.ts'
import type { TransactionEventsSubscription } from '../../schema/generated/partner/graphql.ts'

export type Heard = TransactionEventsSubscription['transactionEvents']

/** A partner that reconnects by itself and goes on behind the last event it has. */
export interface Subscriber {
  readonly heard: readonly Heard[]
  /** How often a connection was there. */
  connections(): number
  /** Goes on at another gateway, or at the same one on another port. */
  moveTo(url: string): void
  of(transactionId: string): readonly string[]
  stop(): Promise<void>
}

export async function subscribe(url: string, token: string, after = 'start'): Promise<Subscriber> {
  const heard: Heard[] = []
  let present = url
  let connections = 0
  let isOver = false
  const client = createClient({
    url: () => `${present.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: true,
    retryAttempts: 0,
    on: { connected: () => void (connections += 1) },
  })
  const listen = async () => {
    const events = client.iterate<TransactionEventsSubscription>({
      query: TransactionEventsDocument.toString(),
      variables: { after: heard.at(-1)?.cursor ?? after },
    })
    for await (const { data, errors } of events) {
      if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join())
      if (data != null) heard.push(data.transactionEvents)
    }
  }
  const listening = (async () => {
    while (!isOver) {
      await listen().catch(() => undefined)
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  return {
    heard,
    connections: () => connections,
    moveTo: (next) => void (present = next),
    of: (transactionId) =>
      heard.filter((event) => event.transactionId === transactionId).map(({ type }) => type),
    async stop() {
      isOver = true
      await Promise.resolve(client.dispose()).catch(() => undefined) // it may just be connecting
      await listening
    },
  }
}
