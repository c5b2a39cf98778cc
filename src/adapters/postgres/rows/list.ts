import { CustomerFileRow } from './customer-file-row.ts'
import { VerificationRow } from './verification-row.ts'

/** Every row the ORM maps; no folder is scanned. */
export const rows = [CustomerFileRow, VerificationRow] as const
