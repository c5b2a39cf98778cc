import 'reflect-metadata'
import type { GraphQLNamedType, GraphQLSchema } from 'graphql'
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { backofficeSchema } from '../../src/graphql/backoffice/schema.ts'
import { partnerSchema } from '../../src/graphql/partner/schema.ts'
import { refuseExcess } from '../../src/graphql/server/excess.ts'
import { filesOf, textOf } from '../repository.ts'

const schemas: Record<string, GraphQLSchema> = {}

beforeAll(async () => {
  schemas['partner'] = await partnerSchema()
  schemas['backoffice'] = await backofficeSchema()
})

const named = (name: string): GraphQLSchema => {
  const schema = schemas[name]
  if (schema === undefined) throw new Error(`There is no schema ${name}`)
  return schema
}

const ownTypes = (schema: GraphQLSchema): readonly GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  )

interface Described {
  readonly place: string
  readonly description: string | null | undefined
}

/** Everything in a type that can carry a description, the roots' own names aside. */
function describedParts(type: GraphQLNamedType): readonly Described[] {
  const { name, description } = type
  const isRoot = ['Query', 'Mutation', 'Subscription'].includes(name)
  const own = isRoot ? [] : [{ place: name, description }]
  if (isEnumType(type)) {
    return [
      ...own,
      ...type.getValues().map((value) => ({ ...value, place: `${name}.${value.name}` })),
    ]
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return [...own, ...fields.map((field) => ({ ...field, place: `${name}.${field.name}` }))]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return own
  const fields = Object.values(type.getFields()).flatMap((field) => [
    { ...field, place: `${name}.${field.name}` },
    ...field.args.map((argument) => ({
      ...argument,
      place: `${name}.${field.name}(${argument.name})`,
    })),
  ])
  return [...own, ...fields]
}

/** Enumerations whose values are the words of another document, explained there. */
const wordsOfOthers = ['TransactionStatus', 'TransactionPhase', 'UnmatchedReason']

describe.each(['partner', 'backoffice'])('schema/%s.graphql', (name) => {
  it('is what the code says', () => {
    const sdl = `${printSchema(lexicographicSortSchema(named(name)))}\n`
    expect(textOf(`schema/${name}.graphql`)).toBe(sdl)
  })

  it('describes every type, field and argument', () => {
    const parts = ownTypes(named(name)).flatMap(describedParts)
    expect(parts.length).toBeGreaterThan(50)
    const silent = parts
      .filter(({ place }) => !wordsOfOthers.some((type) => place.startsWith(`${type}.`)))
      .filter(({ description }) => description == null || description.trim() === '')
    expect(silent.map(({ place }) => place)).toEqual([])
  })

  it('means by each value of an enumeration what its name says', () => {
    const values = ownTypes(named(name)).flatMap((type) =>
      isEnumType(type) ? type.getValues() : [],
    )
    expect(values.length).toBeGreaterThan(15)
    expect(values.filter((value) => value.value !== value.name)).toEqual([])
  })

  it('leaks nothing that stays inside', () => {
    const inside =
      /secret|sealed|password|seed|callbackUrl|inputHash|idempotencyHash|_|owner(?!Account|Memo)|distributionAccount$/i
    const leaks = ownTypes(named(name)).flatMap((type) =>
      isObjectType(type)
        ? Object.keys(type.getFields())
            .filter((field) => inside.test(field))
            .map((field) => `${type.name}.${field}`)
        : [],
    )
    expect(leaks).toEqual(['WantedField.owner'])
  })

  it('has operations that fit it and its limits', () => {
    const files = filesOf(`schema/operations/${name}`)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const document = parse(textOf(file))
      const schema = named(name)
      expect([file, validate(schema, document)]).toEqual([file, []])
      for (const definition of document.definitions) {
        const operationName = 'name' in definition ? definition.name?.value : undefined
        const variables = { first: 100 }
        expect([file, refuseExcess({ schema, document, operationName, variables })]).toEqual([
          file,
          undefined,
        ])
      }
    }
  })

  it('gives lists that are bounded: each that grows has a page size (AP-2.12, POLARIS-8.29)', () => {
    const schema = named(name)
    const roots = Object.values(schema.getQueryType()?.getFields() ?? {})
    const lists = roots.filter(({ type }) => /Connection!?$/.test(String(type)))
    expect(lists.length).toBeGreaterThan(0)
    for (const { name: list, args } of lists) {
      expect([list, args.map((argument) => argument.name)]).toEqual([
        list,
        expect.arrayContaining(['first', 'after']),
      ])
    }
  })
})

it('shows the partner nothing of the back office', () => {
  const names = ownTypes(named('partner')).map(({ name }) => name)
  expect(names.filter((name) => /Operator|Payout|Unmatched|AssetDay/.test(name))).toEqual([])
})
