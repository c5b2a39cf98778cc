import type { Customer } from '../../domain/customer/customer.ts'
import { mayHold } from '../../domain/customer/file-content.ts'
import type { ReadFields } from '../../domain/customer/read-fields.ts'
import { sep9Fields } from '../../domain/customer/sep9-fields.ts'
import { afterWrongCode, isAwaited } from '../../domain/customer/verification.ts'
import type { Verification } from '../../domain/customer/verification.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Records } from '../ports/commit.ts'
import type { CustomerFile, FileOwner } from '../ports/customer-file-records.ts'
import type { VerificationCodes } from '../ports/verification-codes.ts'

export type ReferenceRefusal =
  /** Unknown, lapsed, somebody else's, another customer's or of a wrong type (SEP12-128). */
  | { readonly code: 'file_unknown'; readonly field: string }
  | { readonly code: 'code_not_awaited'; readonly field: string }
  | { readonly code: 'code_wrong'; readonly field: string; readonly triesLeft: number }

/** What a request refers to, found and checked. */
export interface References {
  readonly files: ReadonlyMap<string, CustomerFile>
  /** Fields whose code was right; once they are verified, no code is awaited. */
  readonly verified: readonly string[]
}

export interface ReferenceCheck {
  readonly owner: FileOwner
  readonly customer?: Customer | undefined
  readonly read: ReadFields
  readonly codes: VerificationCodes
  readonly now: Date
}

/**
 * Checks file ids, then codes. Nothing is changed by a refusal, except that a wrong code costs a try:
 * that is kept although the request is refused.
 */
export async function checkReferences(
  records: Records,
  check: ReferenceCheck,
): Promise<Outcome<References, ReferenceRefusal>> {
  const files = await ownFiles(records, check)
  if (!files.ok) return files
  const verified = await rightCodes(records, check)
  return verified.ok ? accepted({ files: files.value, verified: verified.value }) : verified
}

async function ownFiles(
  { customerFiles }: Records,
  { owner, customer, read, now }: ReferenceCheck,
): Promise<Outcome<ReadonlyMap<string, CustomerFile>, ReferenceRefusal>> {
  const files = new Map<string, CustomerFile>()
  for (const [name, id] of read.fileIds) {
    const file = await customerFiles.lockOwn(owner, id, now)
    const field = sep9Fields.get(name)
    const isFree = file?.customerId === undefined || file.customerId === customer?.id
    if (file === undefined || field === undefined || !isFree || !mayHold(field, file.contentType)) {
      return refused({ code: 'file_unknown', field: name })
    }
    files.set(name, file)
  }
  return accepted(files)
}

async function rightCodes(
  records: Records,
  check: ReferenceCheck,
): Promise<Outcome<readonly string[], ReferenceRefusal>> {
  const awaited: { readonly verification: Verification; readonly isRight: boolean }[] = []
  for (const [field, code] of check.read.codes) {
    const verification = await awaitedCode(records, check, field)
    if (verification === undefined) return refused({ code: 'code_not_awaited', field })
    const hash = check.codes.hash(code, verification.customerId, field)
    const isRight = check.codes.isSame(hash, verification.codeHash)
    awaited.push({ verification, isRight })
  }
  const wrong = awaited.find(({ isRight }) => !isRight)?.verification
  if (wrong !== undefined) {
    const { field, triesLeft } = afterWrongCode(wrong)
    await records.verifications.put(afterWrongCode(wrong))
    return refused({ code: 'code_wrong', field, triesLeft })
  }
  return accepted(awaited.map(({ verification }) => verification.field))
}

/** A value that changes in the same request makes the code sent for the old one void. */
async function awaitedCode(
  { verifications }: Records,
  { customer, read, now }: ReferenceCheck,
  field: string,
): Promise<Verification | undefined> {
  const stored = customer?.fields[field]
  const sent = read.values.get(field)
  if (customer === undefined || stored === undefined || stored.verified === true) return undefined
  if (sent !== undefined && sent !== stored.value) return undefined
  const verification = await verifications.lock(customer.id, field)
  return isAwaited(verification, now) ? verification : undefined
}
