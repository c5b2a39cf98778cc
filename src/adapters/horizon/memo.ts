import { isUtf8 } from 'node:buffer'
import type { NetworkMemo } from '../../domain/stellar-payment/stellar-payment.ts'
import { digitsIn, textIn, unreadable } from './reading.ts'
import type { HorizonRecord } from './reading.ts'

/** The memo of a transaction record, exactly as the network has it. */
export function memoOf(transaction: HorizonRecord): NetworkMemo {
  const type = textIn(transaction, 'memo_type')
  switch (type) {
    case 'none':
      return { type }
    case 'id':
      return { type, value: digitsIn(transaction, 'memo') }
    case 'hash':
    case 'return':
      return { type, value: textIn(transaction, 'memo') }
    case 'text':
      return { type, value: textMemo(transaction) }
    default:
      throw unreadable(`the memo type ${type} is not known`)
  }
}

/**
 * Horizon's `memo` replaces bytes that are no UTF-8, so that different memos look alike; `memo_bytes` has
 * them as they are. A NUL is no text that PostgreSQL keeps: such memos are told as hex, too.
 */
function textMemo(transaction: HorizonRecord): string {
  if (transaction['memo_bytes'] === undefined) return readableOrHex(textBytes(transaction))
  return readableOrHex(Buffer.from(textIn(transaction, 'memo_bytes'), 'base64'))
}

const textBytes = (transaction: HorizonRecord): Buffer =>
  Buffer.from(transaction['memo'] === undefined ? '' : textIn(transaction, 'memo'), 'utf8')

const readableOrHex = (bytes: Buffer): string =>
  isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : `\\x${bytes.toString('hex')}`
