import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  ValueNode,
} from 'graphql'
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isListType,
  isObjectType,
  isInterfaceType,
} from 'graphql'
import { pageSizeDefault, pageSizeMax } from '../page-size.ts'

export const depthMax = 12
export const costMax = 10_000
export const tokensMax = 2_000
/** What a field of the root costs by itself: it goes to the database. */
export const rootFieldCost = 50
/** What a list without a page size is taken to hold. */
export const entriesAssumed = 5

/** An operation as it came, validated against its schema. */
export interface Operation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

interface Size {
  readonly depth: number
  readonly cost: number
}

interface Measuring {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Readonly<Record<string, unknown>>
  /** Each fragment is measured once, or nested spreads would take exponential time. */
  readonly measured: Map<string, Size>
}

/**
 * Refuses what nests too deep or would cost too many fields, before anything is run. A list costs its
 * page size times what each entry costs. To be called after validation, which ends circular fragments.
 */
export function refuseExcess(operation: Operation): GraphQLError | undefined {
  const { schema, document, operationName, variables } = operation
  const chosen = getOperationAST(document, operationName)
  const root = chosen == null ? undefined : schema.getRootType(chosen.operation)
  if (chosen == null || root == null) return undefined // named by what runs it
  const fragments = new Map(
    document.definitions.flatMap((part) =>
      part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part] as const] : [],
    ),
  )
  const { depth, cost } = measureAll(chosen.selectionSet.selections, root, {
    schema,
    fragments,
    variables: { ...defaultsOf(chosen), ...variables },
    measured: new Map(),
    entries: entriesAssumed,
  })
  if (depth > depthMax) {
    return tooMuch('OPERATION_TOO_DEEP', `is ${depth} levels deep; ${depthMax} are allowed`)
  }
  if (cost > costMax) {
    return tooMuch('OPERATION_TOO_COSTLY', `costs ${cost}; ${costMax} are allowed: ask for less`)
  }
  return undefined
}

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode) =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
    ),
  )

const tooMuch = (code: string, message: string) =>
  new GraphQLError(`The operation ${message}`, { extensions: { code, http: { status: 400 } } })

/** `entries`: how many entries a list directly in this selection holds. */
type Surroundings = Measuring & { readonly entries: number }

const nothing: Size = { depth: 0, cost: 0 }

const measureAll = (
  selections: readonly SelectionNode[],
  parent: GraphQLCompositeType,
  surroundings: Surroundings,
): Size =>
  selections.reduce<Size>((total, selection) => {
    const size = measure(selection, parent, surroundings)
    return { depth: Math.max(total.depth, size.depth), cost: total.cost + size.cost }
  }, nothing)

function measure(
  selection: SelectionNode,
  parent: GraphQLCompositeType,
  surroundings: Surroundings,
): Size {
  switch (selection.kind) {
    case Kind.FIELD:
      return measureField(selection, parent, surroundings)
    case Kind.INLINE_FRAGMENT: {
      const type = conditionType(selection.typeCondition?.name.value, parent, surroundings)
      return measureAll(selection.selectionSet.selections, type, surroundings)
    }
    case Kind.FRAGMENT_SPREAD:
      return measureFragment(selection.name.value, parent, surroundings)
  }
}

function measureFragment(
  name: string,
  parent: GraphQLCompositeType,
  surroundings: Surroundings,
): Size {
  const key = `${name} ${surroundings.entries}`
  const known = surroundings.measured.get(key)
  if (known !== undefined) return known
  const fragment = surroundings.fragments.get(name)
  if (fragment === undefined) return nothing
  const type = conditionType(fragment.typeCondition.name.value, parent, surroundings)
  const size = measureAll(fragment.selectionSet.selections, type, surroundings)
  surroundings.measured.set(key, size)
  return size
}

function conditionType(
  name: string | undefined,
  parent: GraphQLCompositeType,
  { schema }: Measuring,
): GraphQLCompositeType {
  const type = name === undefined ? undefined : schema.getType(name)
  return isCompositeType(type) ? type : parent
}

function measureField(
  node: FieldNode,
  parent: GraphQLCompositeType,
  surroundings: Surroundings,
): Size {
  const field = fieldOf(node.name.value, parent)
  // introspection answers from memory, and graphql bounds how deep it goes
  if (field === undefined) return { depth: 1, cost: 1 }
  const pageSize = pageSizeOf(field, node, surroundings)
  const type = getNamedType(field.type)
  const inside =
    node.selectionSet === undefined || !isCompositeType(type)
      ? nothing
      : measureAll(node.selectionSet.selections, type, {
          ...surroundings,
          entries: pageSize ?? entriesAssumed,
        })
  const times = isListType(getNullableType(field.type)) ? surroundings.entries : 1
  const own = isRoot(parent, surroundings) ? rootFieldCost : 1
  return { depth: 1 + inside.depth, cost: own + times * inside.cost }
}

const isRoot = (type: GraphQLCompositeType, { schema }: Measuring): boolean =>
  [OperationTypeNode.QUERY, OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION].some(
    (operation) => schema.getRootType(operation) === type,
  )

function fieldOf(
  name: string,
  parent: GraphQLCompositeType,
): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined
}

/** How many entries a connection is asked for; undefined for a field that takes no page size. */
function pageSizeOf(
  field: GraphQLField<unknown, unknown>,
  { arguments: given = [] }: FieldNode,
  { variables }: Measuring,
): number | undefined {
  if (!field.args.some(({ name }) => name === 'first')) return undefined
  const sizes = given
    .filter(({ name }) => name.value === 'first' || name.value === 'last')
    .map(({ value }) => sizeIn(value, variables) ?? pageSizeDefault)
  return sizes.length === 0 ? pageSizeDefault : Math.max(...sizes)
}

/** Sizes out of bounds are refused later, by the field. */
function sizeIn(value: ValueNode, variables: Measuring['variables']): number | undefined {
  const size = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
  const number = value.kind === Kind.INT ? Number(value.value) : size
  return typeof number === 'number' ? Math.min(Math.max(number, 1), pageSizeMax) : undefined
}
