import type { Transaction } from '../transaction/transaction.ts'

type Side = 'sender' | 'receiver'

/** A party of a transaction: the customer, where one was named, and what it is checked for. */
export interface Party {
  readonly customerId?: string | undefined
  readonly type?: string | undefined
}

/** The customers of a transaction, in the order in which they are locked: everybody's, or two wait in a ring. */
export const partyIdsOf = ({
  senderId,
  receiverId,
}: Pick<Transaction, 'senderId' | 'receiverId'>): readonly string[] =>
  [senderId, receiverId].filter((id) => id !== undefined).toSorted()

/**
 * The party of `transaction` that a SEP-12 request means: the one that the type names; without a type
 * the one with this id; else the one that has to correct something, else the sender (SEP12-43, 45).
 */
export function partyOf(
  transaction: Transaction,
  asked: { readonly type?: string; readonly id?: string },
): Party {
  const side = sideByType(transaction, asked.type) ?? sideById(transaction, asked.id)
  return side === 'sender'
    ? { customerId: transaction.senderId, type: transaction.senderType }
    : { customerId: transaction.receiverId, type: transaction.receiverType }
}

function sideByType(transaction: Transaction, type: string | undefined): Side | undefined {
  if (type === undefined) return undefined
  // a type of both sides names neither
  if (type === transaction.receiverType && type === transaction.senderType) return undefined
  if (type === transaction.receiverType) return 'receiver'
  if (type === transaction.senderType) return 'sender'
  return type.includes('receiver') ? 'receiver' : 'sender'
}

function sideById(transaction: Transaction, id: string | undefined): Side {
  if (id !== undefined) return id === transaction.receiverId ? 'receiver' : 'sender'
  const waitsFor = transaction.wantedCustomerFields[0]?.owner
  return waitsFor ?? (transaction.senderId === undefined ? 'receiver' : 'sender')
}
