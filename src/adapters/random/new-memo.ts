import { randomBytes } from 'node:crypto'
import type { Memo } from '../../domain/transaction/transaction.ts'

/**
 * A memo nobody can guess and no two gateways draw alike (SEP31-39, SEP31-W04). Ids stay within 63 bits and
 * above 2^53, so that readers with signed numbers take them, and one with floats is noticed at once.
 */
export function newMemo(type: Memo['type']): Memo {
  switch (type) {
    case 'id':
      return { type, value: ((randomBytes(8).readBigUInt64BE() >> 2n) | (1n << 62n)).toString() }
    case 'text':
      return { type, value: randomBytes(20).toString('base64url') }
    case 'hash':
      return { type, value: randomBytes(32).toString('base64') }
  }
}
