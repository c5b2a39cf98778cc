import type { AssetKey } from '../ledger/entries.ts'
import type { Exchange } from './exchange.ts'
import { assetField } from './fields.ts'
import { badField } from './problem.ts'

/** An asset named by three query fields with a prefix, as in `selling_asset_type`. */
export function assetParameter({ query }: Exchange, prefix: string): AssetKey | undefined {
  const type = query.get(`${prefix}asset_type`)
  if (!type) return undefined
  if (type === 'native') return 'native'
  if (type !== 'credit_alphanum4' && type !== 'credit_alphanum12') {
    throw badField(`${prefix}asset_type`, 'say native, credit_alphanum4 or credit_alphanum12')
  }
  const code = query.get(`${prefix}asset_code`) ?? ''
  return assetField(`${code}:${query.get(`${prefix}asset_issuer`) ?? ''}`, `${prefix}asset_code`)
}
