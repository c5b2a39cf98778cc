import type { Delivered, Exchange, Handler } from '../http/exchange.ts'
import { formField } from '../http/form.ts'
import { problemReply } from '../http/listener.ts'
import { submissionTimeout } from '../http/routes/submission.ts'
import { readEnvelope } from '../ledger/envelope.ts'
import type { Network } from '../network/network.ts'
import type { SubmitTimeout } from './fault.ts'

export interface Submitting {
  readonly exchange: Exchange
  readonly next: Handler
  readonly network: Network
}

/** Applied now, later or never; the caller cannot tell which. */
export async function timedOutSubmission(
  effect: SubmitTimeout,
  submitting: Submitting,
): Promise<Delivered> {
  switch (effect.applied) {
    case 'now':
      pass(submitting)
      break
    case 'later':
      afterLedgers(submitting.network, effect.ledgers ?? 1, () => pass(submitting))
      break
    case 'never':
      break
  }
  return answer(effect, submitting)
}

/** What the submission comes to is nobody's business any more. */
function pass({ exchange, next }: Submitting): void {
  Promise.resolve()
    .then(() => next(exchange))
    .catch(() => undefined)
}

function afterLedgers(network: Network, ledgers: number, work: () => void): void {
  let left = ledgers
  const stop = network.onIngested(() => {
    left -= 1
    if (left > 0) return
    stop()
    work()
  })
}

const SILENCE_MS = 60_000

async function answer(effect: SubmitTimeout, submitting: Submitting): Promise<Delivered> {
  switch (effect.answer ?? 'timeout') {
    case 'timeout':
      return timeoutReply(submitting)
    case 'hang_up':
      return { status: 0, type: '', body: '', delivery: { hangUp: true } }
    case 'silence':
      await new Promise((resolve) => {
        setTimeout(resolve, effect.silenceMs ?? SILENCE_MS).unref()
      })
      return { status: 0, type: '', body: '', delivery: { hangUp: true } }
  }
}

function timeoutReply({ exchange, network }: Submitting): Delivered {
  const sent = formField(exchange, 'tx') ?? ''
  const hash = hashOf(sent, network.options.parameters.networkPassphrase)
  return problemReply(submissionTimeout(hash ?? '', sent))
}

export function hashOf(envelopeXdr: string, networkPassphrase: string): string | undefined {
  try {
    return readEnvelope(envelopeXdr, networkPassphrase).hash
  } catch {
    return undefined
  }
}
