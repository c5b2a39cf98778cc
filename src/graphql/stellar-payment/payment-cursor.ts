import type { PaymentKey } from '../../domain/stellar-payment/stellar-payment.ts'
import { badInput } from '../arguments.ts'
import { readCursor, writeCursor } from '../cursor.ts'

export const writePaymentCursor = ({ epoch, id, account, part }: PaymentKey): string =>
  writeCursor('unmatched', `${epoch}`, id, account, `${part ?? 0}`)

/** Refuses what `writePaymentCursor` cannot have written. */
export function readPaymentCursor(cursor: string): PaymentKey {
  const [epoch = '', id = '', account = '', part = ''] = readCursor(cursor, 'unmatched', 4)
  const isOurs =
    /^\d{1,9}$/.test(epoch) &&
    /^\d{1,19}$/.test(id) &&
    /^[A-Z0-9]{1,69}$/.test(account) &&
    /^\d{1,4}$/.test(part)
  if (!isOurs) {
    throw badInput('This cursor was not given by this list')
  }
  return { epoch: Number(epoch), id, account, part: Number(part) }
}
