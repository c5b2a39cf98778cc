import { buildSchema } from 'graphql'
import { openDocument } from '../openapi/open-document.ts'
import type { OpenDocument, Operation } from '../openapi/open-document.ts'
import { textOf } from '../repository.ts'
import { rollDice } from './dice.ts'
import type { Door, Draft, WireRequest } from './draft.ts'
import { render } from './draft.ts'
import { draftGarbage } from './garbage.ts'
import { mutateDocument } from './graphql-mutations.ts'
import { draftDocument, draftGraphql } from './graphql-requests.ts'
import type { GraphqlDoor } from './graphql-requests.ts'
import { mutate } from './mutations.ts'
import { signNotice } from './notices.ts'
import type { OddValues } from './odd-values.ts'
import type { RawRequest } from './raw-requests.ts'
import { draftRaw } from './raw-requests.ts'
import { draftRest } from './rest-requests.ts'
import { draftSocket } from './socket-requests.ts'
import type { SocketRequest } from './socket-requests.ts'
import type { Recent, Surroundings } from './surroundings.ts'
import type { FuzzMaterial } from './world.ts'

export const documents: Readonly<Record<Door, OpenDocument>> = {
  public: openDocument('schema/public.openapi.yaml'),
  internal: openDocument('schema/internal.openapi.yaml'),
}

const operationAt = (door: Door, name: string): Operation => {
  const found = documents[door].operations.find(({ operationId }) => operationId === name)
  if (found === undefined) throw new Error(`There is no operation ${name}`)
  return found
}

const graphqlDoors: readonly GraphqlDoor[] = [
  {
    door: 'public',
    path: '/graphql',
    schema: buildSchema(textOf('schema/partner.graphql')),
    post: operationAt('public', 'postGraphql'),
    get: operationAt('public', 'getGraphql'),
  },
  {
    door: 'internal',
    path: '/backoffice/graphql',
    schema: buildSchema(textOf('schema/backoffice.graphql')),
    post: operationAt('internal', 'postBackoffice'),
    get: operationAt('internal', 'getBackoffice'),
  },
]

const restOperations = (['public', 'internal'] as const).flatMap((door) =>
  documents[door].operations
    .filter(({ path }) => !path.endsWith('/graphql'))
    .map((operation) => ({ door, operation })),
)
/** What takes nothing from its caller is asked for less often. */
const weighted = restOperations.map(
  (one) =>
    [
      one.operation.parameters.length + (one.operation.requestBody ? 1 : 0) === 0 ? 1 : 8,
      one,
    ] as const,
)

export type Made =
  | { readonly kind: 'http'; readonly request: WireRequest; readonly surroundings: Surroundings }
  | { readonly kind: 'raw'; readonly request: RawRequest }
  | { readonly kind: 'socket'; readonly request: SocketRequest }

export interface Making {
  readonly seed: number
  readonly world: FuzzMaterial
  readonly odd: OddValues
  readonly recent: Recent
}

/** The request that has this number; the same for the same seed, but for ids that the world gave. */
export function makeRequest(index: number, { seed, ...making }: Making): Made {
  const dice = rollDice(seed, index)
  const surroundings = { ...making, dice, client: dice.pick(making.world.clients) }
  if (dice.oneIn(400)) return { kind: 'raw', request: draftRaw(surroundings) }
  if (dice.oneIn(400)) return { kind: 'socket', request: draftSocket(graphqlDoors, surroundings) }
  const draft = dice.choose<() => Draft>([
    [72, () => draftRestOrMutant(surroundings)],
    [23, () => draftGraphqlOrMutant(surroundings)],
    [5, () => draftGarbage(surroundings)],
  ])()
  const isStrict = draft.door === 'public' && dice.oneIn(25)
  return { kind: 'http', request: { ...render(draft), isStrict }, surroundings }
}

function draftRestOrMutant(surroundings: Surroundings): Draft {
  const { dice, world } = surroundings
  const { door, operation } = dice.choose(weighted)
  const draft = draftRest(operation, door, surroundings)
  const isNotice = operation.operationId === 'postNotice'
  if (isNotice) {
    draft.bytes = dice.pick(world.notices)
    draft.contentType = 'application/json'
  }
  // most are valid but for one thing
  if (!dice.oneIn(3)) mutate(draft, surroundings)
  if (isNotice && !dice.oneIn(5)) {
    draft.headers.unshift(...signNotice(world.railSecret, render(draft).body ?? ''))
  }
  return draft
}

function draftGraphqlOrMutant(surroundings: Surroundings): Draft {
  const { dice } = surroundings
  const door = dice.pick(graphqlDoors)
  const document = draftDocument(door.schema, surroundings)
  const kind = dice.below(10)
  if (kind < 4) return draftGraphql(door, document, surroundings)
  if (kind < 8) {
    const draft = draftGraphql(door, mutateDocument(document, surroundings), surroundings)
    draft.isWellFormed = false
    return draft
  }
  return mutate(draftGraphql(door, document, surroundings), surroundings)
}
