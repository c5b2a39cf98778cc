import { writtenHost } from '../../domain/callback/callback-url.ts'
import type { CallbackSender } from '../../usecases/ports/callback-sender.ts'

export interface CallbackSenderParts {
  /** Signs with the key published as `SIGNING_KEY` (SEP31-87). */
  readonly sign: (message: Uint8Array) => Uint8Array
  /** A guarded fetch: the address was chosen by a client. Throws when nothing came back. */
  readonly fetch: (request: {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }) => Promise<{ readonly status: number }>
}

export const callbackSender = ({ sign, fetch }: CallbackSenderParts): CallbackSender => ({
  async send({ url, body }, at) {
    // The host is signed as written, `:443` and all; the call goes to the address it means.
    const signature = signatureHeader({ sign, host: writtenHost(url), body, at })
    const headers = {
      'content-type': 'application/json',
      signature,
      'x-stellar-signature': signature, // the deprecated twin, for older receivers (SEP31-85)
    }
    try {
      const { status } = await fetch({ url: new URL(url).href, method: 'POST', headers, body })
      return { kind: 'answered', status }
    } catch (error) {
      return { kind: 'unreachable', reason: error instanceof Error ? error.message : 'unknown' }
    }
  },
})

/** `t=<unix seconds>, s=<base64>` over `<t>.<host>.<body>`. Source: SEP-31, "Callback signature". */
function signatureHeader(parts: {
  readonly sign: CallbackSenderParts['sign']
  readonly host: string
  readonly body: string
  readonly at: Date
}): string {
  const seconds = Math.floor(parts.at.getTime() / 1000)
  const signed = parts.sign(Buffer.from(`${seconds}.${parts.host}.${parts.body}`, 'utf8'))
  return `t=${seconds}, s=${Buffer.from(signed).toString('base64')}`
}
