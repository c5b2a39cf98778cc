import { randomUUID } from 'node:crypto'
import { writePayout } from './payout-on-wire.ts'
import { signWebhook } from './signature.ts'
import type { Payout } from './book.ts'

export interface Webhooks {
  /** Tells the anchor where a payout stands now; tries again for a while, then leaves it to polling. */
  tell(payout: Payout): void
  /** How every call ended, oldest first; for `GET /_sandbox/webhooks`. */
  told(): readonly WebhookCall[]
  forget(): void
  stop(): Promise<void>
}

export interface WebhookCall {
  readonly at: string
  readonly payout_id: string
  readonly state: string
  readonly attempt: number
  /** The HTTP status, or why there was none; `dropped` when the sandbox was told to lose webhooks. */
  readonly result: number | string
}

export interface WebhookOptions {
  readonly url: string | undefined
  readonly secret: string
  readonly now: () => Date
  readonly mayTell: () => boolean
  /** How often each webhook is told again, and how long it may be kept back. */
  readonly oddities: () => { readonly webhookRepeats: number; readonly webhookJitterMs: number }
}

const delaysMs = [0, 250, 500, 1_000, 2_000, 4_000, 8_000]
const timeoutMs = 5_000
const callsKeptMax = 1_000

export function startWebhooks(options: WebhookOptions): Webhooks {
  const ended = new AbortController()
  const underWay = new Set<Promise<void>>()
  let calls: WebhookCall[] = []

  const send = async (payout: Payout, heldBackMs: number): Promise<void> => {
    await pause(heldBackMs, ended.signal)
    const body = Buffer.from(
      JSON.stringify({
        id: `evt_${randomUUID()}`,
        type: `payout.${payout.standing.state}`,
        created_at: options.now().toISOString(),
        payout: writePayout(payout),
      }),
    )
    for (const [index, delayMs] of delaysMs.entries()) {
      await pause(delayMs, ended.signal)
      if (ended.signal.aborted) return
      const result = options.mayTell() ? await post(body, { ...options, ended }) : 'dropped'
      const { id: payout_id, standing } = payout
      const at = options.now().toISOString()
      calls.push({ at, payout_id, state: standing.state, attempt: index + 1, result })
      calls = calls.slice(-callsKeptMax)
      if (result === 'dropped' || (typeof result === 'number' && result < 300)) return
    }
  }

  return {
    tell: (payout) => {
      if (options.url === undefined) return
      const { webhookRepeats, webhookJitterMs } = options.oddities()
      for (let told = 0; told <= webhookRepeats; told += 1) {
        const heldBackMs = Math.random() * webhookJitterMs
        const sending: Promise<void> = send(payout, heldBackMs).finally(() =>
          underWay.delete(sending),
        )
        underWay.add(sending)
      }
    },
    told: () => calls,
    forget: () => {
      calls = []
    },
    stop: async () => {
      ended.abort()
      await Promise.allSettled(underWay)
    },
  }
}

async function post(
  body: Uint8Array<ArrayBuffer>,
  { url, secret, now, ended }: WebhookOptions & { ended: AbortController },
): Promise<number | string> {
  const timestamp = Math.floor(now().getTime() / 1000).toString()
  try {
    const response = await fetch(url ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'payout-timestamp': timestamp,
        'payout-signature': signWebhook(secret, { timestamp, body }),
      },
      body,
      signal: AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
    return response.status
  } catch (error) {
    return error instanceof Error ? error.message : 'failed'
  }
}

const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (delayMs === 0 || signal.aborted) return resolve()
    const timer = setTimeout(resolve, delayMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
