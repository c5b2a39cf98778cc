import { stellarDecimals } from '../../domain/money/amount.ts'
import { printable } from '../server/text.ts'
import { units } from './words.ts'
import type { Words } from './words.ts'

export const spanish: Words = {
  asset_unknown: ({ known }) => `asset_code debe ser un activo de /info: ${known.join(', ')}`,
  asset_issuer_unknown: ({ issuer }) =>
    issuer === undefined
      ? 'El activo nativo no tiene asset_issuer; omítalo'
      : `asset_issuer debe ser ${issuer}, o puede omitirse`,
  quotes_not_supported: () => 'Este activo no admite cotizaciones; omita quote_id',
  destination_asset_unknown: ({ deliverable }) =>
    `destination_asset debe ser ${deliverable}, o puede omitirse`,
  amount_malformed: () =>
    'amount debe ser un número mayor que 0 en notación decimal simple, por ejemplo 100.5',
  amount_too_precise: () => `amount puede tener como máximo ${stellarDecimals} decimales`,
  amount_out_of_bounds: ({ minUnits, maxUnits }) =>
    minUnits === undefined
      ? `amount debe ser como máximo ${units(maxUnits)}`
      : `amount debe ser al menos ${units(minUnits)} y como máximo ${units(maxUnits)}`,
  amount_below_fee: ({ feeUnits }) =>
    `amount debe superar la comisión de ${units(feeUnits)} para que quede algo por pagar`,
  funding_method_unknown: ({ methods }) =>
    `funding_method debe ser uno de los siguientes: ${methods.join(', ')}`,
  refund_memo_incomplete: () => 'refund_memo y refund_memo_type deben enviarse juntos',
  refund_memo_malformed: () =>
    'refund_memo debe corresponder a refund_memo_type: id (número de 64 bits sin signo), text (28 bytes como máximo) o hash (base64 de 32 bytes)',
  customer_rejected: ({ side }) =>
    `No se puede atender al cliente ${side === 'sender' ? 'remitente' : 'destinatario'}`,
  field_not_among_choices: ({ field, choices }) =>
    `fields.transaction.${printable(field)} debe ser uno de los siguientes: ${choices.join(', ')}`,
  idempotency_key_reused: () => 'Esta Idempotency-Key se usó para otra solicitud; use una nueva',
}
