/** A signed notice that SEP-31 or SEP-12 owes to a client's URL; the body is a snapshot of the change. */
export interface Callback {
  readonly id: string
  readonly subject: { readonly kind: 'transaction' | 'customer'; readonly id: string }
  readonly url: string
  /** The exact text to be signed and sent. */
  readonly body: string
  readonly state: 'due' | 'delivered' | 'dead'
  readonly tries: number
  readonly dueAt: Date
  readonly lastAnswer?: string
  readonly createdAt: Date
  readonly endedAt?: Date
}

/** Callbacks of all subjects, in the order they were added. */
export interface CallbackRecords {
  add(...callbacks: readonly Callback[]): Promise<void>
  lock(id: string): Promise<Callback | undefined>
  /** True when an earlier callback of the same subject is still due: order per subject is kept. */
  hasEarlierDue(id: string): Promise<boolean>
  save(callback: Callback): Promise<void>
  /** The earliest one of the subject that is still due. */
  nextOfSubject(subjectId: string): Promise<Callback | undefined>
  /** Sends what is still due for this subject to another address (SEP31-83: the latest URL). */
  redirect(subjectId: string, url: string): Promise<void>
  due(now: Date, limit: number): Promise<readonly string[]>
  removeOfSubject(subjectId: string): Promise<void>
}
