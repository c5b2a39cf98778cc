import { defineEntity, p } from '@mikro-orm/core'
import type { InferEntity } from '@mikro-orm/core'
import type { Verification } from '../../../domain/customer/verification.ts'

export const VerificationRow = defineEntity({
  name: 'VerificationRow',
  tableName: 'customer_verification',
  properties: {
    customerId: p.uuid().primary(),
    field: p.string().primary(),
    codeHash: p.string(),
    triesLeft: p.integer(),
    expiresAt: p.datetime(),
    sent: p.integer(),
    windowStartedAt: p.datetime(),
  },
})

export const toVerification = (row: InferEntity<typeof VerificationRow>): Verification => ({
  customerId: row.customerId,
  field: row.field,
  codeHash: row.codeHash,
  triesLeft: row.triesLeft,
  expiresAt: row.expiresAt,
  sent: row.sent,
  windowStartedAt: row.windowStartedAt,
})
