import { innerResultCodes, resultCodes } from '../../history/result-codes.ts'
import { decodeResult } from '../../history/results.ts'
import type { StoredTransaction } from '../../history/stored.ts'
import { readEnvelope } from '../../ledger/envelope.ts'
import type { Envelope } from '../../ledger/envelope.ts'
import { submitAndWait } from '../../network/submission.ts'
import type { Submission } from '../../network/submission.ts'
import type { Exchange, Reply, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { formField } from '../form.ts'
import type { Horizon } from '../horizon.ts'
import { Problem } from '../problem.ts'
import { transactionRecord } from '../records/transaction-record.ts'

export function submissionRoutes(horizon: Horizon): Route[] {
  return [
    { pattern: '/transactions', post: (exchange) => submit(horizon, exchange) },
    { pattern: '/transactions_async', post: (exchange) => submitAsync(horizon, exchange) },
  ]
}

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

function envelopeOf(
  { network }: Horizon,
  exchange: Exchange,
): { envelope: Envelope; sent: string } {
  const sent = formField(exchange, 'tx') ?? ''
  if (BASE64.test(sent)) {
    try {
      const envelope = readEnvelope(sent, network.ledger.parameters.networkPassphrase)
      return { envelope, sent }
    } catch {
      // Whatever the decoder stumbled over, the sender is told that it is no envelope.
    }
  }
  throw new Problem('transaction_malformed', { envelope_xdr: sent })
}

async function submit(horizon: Horizon, exchange: Exchange): Promise<Reply> {
  const { envelope, sent } = envelopeOf(horizon, exchange)
  const { network, options } = horizon
  const submission = await submitAndWait(network, envelope, options.submissionTimeoutMs)
  return submissionReply(submission, { envelope, sent, exchange, horizon })
}

interface Submitted {
  readonly envelope: Envelope
  readonly sent: string
  readonly exchange: Exchange
  readonly horizon: Horizon
}

function submissionReply(submission: Submission, submitted: Submitted): Reply {
  switch (submission.outcome) {
    case 'recorded':
      return recordedReply(submission.transaction, submitted)
    case 'refused':
      throw new Problem('transaction_failed', {
        envelope_xdr: submitted.sent,
        result_codes: resultCodes(submission.result),
        result_xdr: submission.result.toXdr('base64'),
      })
    case 'timeout':
      throw submissionTimeout(submitted.envelope.hash, submitted.sent)
  }
}

export function submissionTimeout(hash: string, envelopeXdr: string): Problem {
  return new Problem('transaction_submission_timeout', { hash, envelope_xdr: envelopeXdr })
}

function recordedReply(transaction: StoredTransaction, submitted: Submitted): Reply {
  const { envelope, sent, exchange, horizon } = submitted
  if (transaction.successful) {
    return halReply(
      transactionRecord(transaction, {
        origin: exchange.origin,
        askedHash: envelope.hash,
        withMeta: horizon.options.withMeta,
      }),
    )
  }
  const result = decodeResult(transaction.resultXdr)
  throw new Problem('transaction_failed', {
    hash: envelope.hash,
    envelope_xdr: sent,
    result_codes:
      envelope.hash === transaction.innerHash ? innerResultCodes(result) : resultCodes(result),
    result_xdr: transaction.resultXdr,
  })
}

const ASYNC_STATUS = { PENDING: 201, DUPLICATE: 409, TRY_AGAIN_LATER: 503, ERROR: 400 } as const

/** Answers with what the core said, before any ledger closes (SBX-76). */
function submitAsync(horizon: Horizon, exchange: Exchange): Reply {
  const { envelope } = envelopeOf(horizon, exchange)
  const admission = horizon.network.admit(envelope)
  return {
    status: ASYNC_STATUS[admission.status],
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({
      ...(admission.status === 'ERROR'
        ? { error_result_xdr: admission.result.toXdr('base64') }
        : {}),
      tx_status: admission.status,
      hash: envelope.hash,
    }),
  }
}
