import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { defaultSettings } from './behaviour.ts'
import { openBook } from './book.ts'
import { readRequest, refusal, writeAnswer } from './exchange.ts'
import { openDesk } from './payout-desk.ts'
import { answerRequest } from './routes.ts'
import { startWebhooks } from './webhooks.ts'
import type { BankAnswer } from './exchange.ts'
import type { BankParts } from './routes.ts'
import type { BankSettings } from './behaviour.ts'

export interface SandboxBankOptions {
  /** 0 takes a free port. */
  readonly port: number
  /** Loopback unless told otherwise. */
  readonly host?: string
  /** Bearer token of the rail. */
  readonly token: string
  /** Signs requests to the bank and webhooks from it. */
  readonly secret: string
  /** Where the book is kept; without it, in memory. */
  readonly dataFile?: string
  /** Where outcomes are told; without it, the anchor has to ask. */
  readonly webhookUrl?: string
  readonly now?: () => Date
  readonly settings?: Partial<BankSettings>
  /** Whole units, in every currency, that the anchor has at the start. */
  readonly openingBalance?: bigint
  /** Refuse payouts that the anchor's balance does not cover. */
  readonly refuseWhenShort?: boolean
}

export interface SandboxBank {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a bank that speaks the http payout rail (docs/payout-rail.openapi.yaml) and keeps a durable book. */
export async function startSandboxBank(options: SandboxBankOptions): Promise<SandboxBank> {
  const { token, secret, now = () => new Date() } = options
  let settings: BankSettings = { ...defaultSettings, ...options.settings }
  const book = await openBook(options.dataFile)
  const webhooks = startWebhooks({
    url: options.webhookUrl,
    secret,
    now,
    mayTell: () => !settings.dropWebhooks,
    oddities: () => settings,
  })
  const openingBalance = (options.openingBalance ?? 1_000_000n).toString()
  const deskParts = {
    book,
    webhooks,
    settings: () => settings,
    now,
    openingBalance,
    refuseWhenShort: options.refuseWhenShort ?? false,
  }
  const desk = openDesk(deskParts)
  const set = (changed: BankSettings): void => {
    settings = changed
  }
  const server = serve({ ...deskParts, desk, token, secret, set })
  const close = async (): Promise<void> => {
    desk.forget()
    await webhooks.stop()
    await book.close()
  }
  const host = options.host ?? '127.0.0.1'
  try {
    const port = await listen(server, { port: options.port, host })
    return { url: `http://${urlHost(host)}:${port}`, stop: () => stop(server, close) }
  } catch (error) {
    await close()
    throw error
  }
}

function serve(parts: BankParts): Server {
  const server = createServer((incoming, response) => {
    const answering = async (): Promise<BankAnswer> => {
      const request = await readRequest(incoming)
      return 'status' in request ? request : answerRequest(parts, request)
    }
    answering()
      .catch(() => refusal(500, 'internal_error', 'The bank could not write its book.'))
      .then((answer) => writeAnswer(response, answer))
      .catch(() => response.destroy())
  })
  server.requestTimeout = 30_000
  return server
}

function listen(server: Server, at: { port: number; host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : at.port)
    })
  })
}

async function stop(server: Server, close: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeAllConnections()
  await closed
  await close()
}

const urlHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
