import { defineEntity, p } from '@mikro-orm/core'

export const ConsumedChallengeRow = defineEntity({
  name: 'ConsumedChallengeRow',
  tableName: 'consumed_challenge',
  properties: {
    hash: p.string().primary(),
    expiresAt: p.datetime(),
  },
})
