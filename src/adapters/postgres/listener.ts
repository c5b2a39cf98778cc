import { Client } from 'pg'

/** One connection per process that waits for NOTIFY, made anew whenever it is lost. */
export interface Listener {
  /** Calls back with the payload of each notice, and with undefined after a gap in the listening. */
  on(channel: Channel, callback: (payload: string | undefined) => void): () => void
  /** Resolves when it listens for the first time. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

export const channels = { outbox: 'fairlead_outbox', events: 'fairlead_events' } as const
export type Channel = (typeof channels)[keyof typeof channels]

const retryMs = { first: 50, most: 2_000 } as const

interface ListenerOptions {
  readonly url: string
  readonly onError: (error: Error) => void
}

export function openListener(options: ListenerOptions): Listener {
  const callbacks = new Map<string, Set<(payload: string | undefined) => void>>()
  for (const channel of Object.values(channels)) callbacks.set(channel, new Set())
  let isReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  const tell = (channel: string, payload: string | undefined): void =>
    callbacks.get(channel)?.forEach((callback) => callback(payload))

  const connection = keepConnected({
    ...options,
    onNotice: tell,
    onListening: () => {
      isReady()
      // Whatever was said while nobody listened is lost: everybody looks for themselves.
      for (const channel of Object.values(channels)) tell(channel, undefined)
    },
  })
  return {
    ready,
    on(channel, callback) {
      callbacks.get(channel)?.add(callback)
      return () => callbacks.get(channel)?.delete(callback)
    },
    close: connection.close,
  }
}

interface ConnectionOptions extends ListenerOptions {
  readonly onNotice: (channel: string, payload: string | undefined) => void
  readonly onListening: () => void
}

function keepConnected(options: ConnectionOptions): { readonly close: () => Promise<void> } {
  let client: Client | undefined
  let retry: NodeJS.Timeout | undefined
  let failures = 0
  let closed = false

  function connect(): void {
    const attempt = newClient(options.url)
    client = attempt
    attempt.on('error', options.onError)
    attempt.on('notification', ({ channel, payload }) => options.onNotice(channel, payload))
    attempt.once('end', () => connectAfter(attempt))
    listen(attempt).then(
      () => {
        failures = 0
        options.onListening()
      },
      (error: Error) => {
        options.onError(error)
        connectAfter(attempt)
        attempt.end().catch(() => undefined)
      },
    )
  }

  function connectAfter(lost: Client): void {
    if (closed || client !== lost) return
    client = undefined
    retry = setTimeout(connect, Math.min(retryMs.first * 2 ** failures, retryMs.most))
    failures += 1
  }

  connect()
  return {
    close: async () => {
      closed = true
      clearTimeout(retry)
      await client?.end().catch(() => undefined)
    },
  }
}

const newClient = (url: string): Client =>
  new Client({
    connectionString: url,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000, // a silently cut connection is noticed in seconds
    connectionTimeoutMillis: 5_000,
    application_name: 'fairlead-listener',
  })

async function listen(client: Client): Promise<void> {
  await client.connect()
  const listens = Object.values(channels).map((channel) => `listen ${channel}`)
  await client.query(listens.join('; '))
}
