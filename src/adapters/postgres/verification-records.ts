import { LockMode } from '@mikro-orm/core'
import type { VerificationRecords } from '../../usecases/ports/verification-records.ts'
import type { Session } from './database.ts'
import { entities } from './entities.ts'
import { VerificationRow, toVerification } from './rows/verification-row.ts'

export const verificationRecords = (session: Session): VerificationRecords => ({
  async lock(customerId, field) {
    const em = await entities(session)
    const row = await em.findOne(
      VerificationRow,
      { customerId, field },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    )
    return row === null ? undefined : toVerification(row)
  },

  async put(verification) {
    const em = await entities(session)
    await em.upsert(VerificationRow, { ...verification })
  },

  async useUp(customerId, fields) {
    const em = await entities(session)
    const sent = { customerId, field: { $in: [...fields] } }
    await em.nativeUpdate(VerificationRow, sent, { triesLeft: 0 })
  },
})
