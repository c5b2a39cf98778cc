import type { FileType } from '../../domain/customer/file-content.ts'

/** Who uploaded a file: the full principal, so that one memo never sees the files of another. */
export interface FileOwner {
  readonly account: string
  readonly memo?: string
}

/** A file of a customer, without its bytes. */
export interface CustomerFile {
  readonly id: string
  readonly owner: FileOwner
  /** Absent while no customer refers to it. */
  readonly customerId?: string
  readonly contentType: FileType
  /** Bytes. */
  readonly size: number
  /** Fingerprint of the bytes. */
  readonly digest: string
  readonly createdAt: Date
  /** When it is dropped unless a customer refers to it by then. */
  readonly expiresAt?: Date
}

/** Files of customers. The bytes are encrypted at rest by the adapter. */
export interface CustomerFileRecords {
  add(file: CustomerFile, bytes: Uint8Array): Promise<void>
  /**
   * Bytes of the account's files that no customer refers to, under whatever memo. Whoever asks for the same
   * account waits until this commit has ended, so that what is decided by it holds.
   */
  looseBytes(account: string, now: Date): Promise<bigint>
  /** Locks the row; one that has lapsed, or belongs to somebody else, is not found. */
  lockOwn(owner: FileOwner, id: string, now: Date): Promise<CustomerFile | undefined>
  /** Binds the file to the customer; it no longer lapses. */
  attach(id: string, customerId: string): Promise<void>
  /** The owner's own files, by id or by customer; oldest first, at most a hundred. */
  list(
    owner: FileOwner,
    by: { readonly id: string } | { readonly customerId: string },
    now: Date,
  ): Promise<readonly CustomerFile[]>
  bytesOf(id: string): Promise<Uint8Array | undefined>
  remove(ids: readonly string[]): Promise<void>
  /** Drops the owner's files that no customer refers to. */
  removeLoose(owner: FileOwner): Promise<void>
  /** Drops files of anybody that lapsed; answers how many. */
  removeLapsed(now: Date): Promise<number>
}
