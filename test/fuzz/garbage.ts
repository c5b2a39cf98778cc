import type { Door, Draft } from './draft.ts'
import { mutate } from './mutations.ts'
import type { Surroundings } from './surroundings.ts'

const starts = ['/', '/sep31', '/sep12', '/auth', '/graphql', '/.well-known', '/rail', '/graphiql']

/** A request that was made for nothing that is here. */
export function draftGarbage(surroundings: Surroundings): Draft {
  const { dice, odd } = surroundings
  const door: Door = dice.pick(['public', 'internal'])
  const path = [
    dice.pick(starts),
    ...Array.from({ length: dice.below(3) }, () => odd.encoded(dice)),
  ]
  const draft: Draft = {
    door,
    label: `garbage at the ${door} door`,
    method: dice.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']),
    path: path.join('/').replaceAll(/[?#]/g, ''),
    query: [],
    queryTail: '',
    headers: [],
    isWellFormed: false,
    ...(dice.oneIn(2) && { bytes: odd.bytes(dice), contentType: 'application/json' }),
  }
  return mutate(draft, surroundings)
}
