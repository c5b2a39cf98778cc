import { StrKey } from '@stellar/stellar-sdk'
import type { Exchange, Reply, Route } from '../http/exchange.ts'
import { halReply } from '../http/exchange.ts'
import { formField } from '../http/form.ts'
import { badField, Problem } from '../http/problem.ts'
import type { Friendbot } from './friendbot.ts'

export function friendbotRoutes(friendbot: Friendbot): Route[] {
  const fund = (exchange: Exchange) => fundingReply(friendbot, exchange)
  return [{ pattern: '/friendbot', get: fund, post: fund }]
}

async function fundingReply(friendbot: Friendbot, exchange: Exchange): Promise<Reply> {
  const address = exchange.query.get('addr') ?? formField(exchange, 'addr') ?? ''
  if (!StrKey.isValidEd25519PublicKey(address)) {
    throw badField('addr', 'addr: name the account to fund by its address, which starts with G')
  }
  const funding = await friendbot.fund(address)
  switch (funding.outcome) {
    case 'funded':
      return halReply({
        successful: true,
        hash: funding.hash,
        envelope_xdr: funding.envelopeXdr,
        _links: { transaction: { href: `${exchange.origin}/transactions/${funding.hash}` } },
      })
    case 'already_funded':
      throw new Problem('bad_request', undefined, 'account already funded to starting balance')
    case 'failed':
      throw new Problem('server_error', { reason: funding.reason })
  }
}
