import type { GraphqlDraft } from './graphql-requests.ts'
import { breakText } from './mutations.ts'
import type { Surroundings } from './surroundings.ts'

/** Changes a document or its variables in a way that nobody means. */
export function mutateDocument(document: GraphqlDraft, surroundings: Surroundings): GraphqlDraft {
  const { dice, odd } = surroundings
  const { query, variables } = document
  const name = dice.pick([...Object.keys(variables), 'v0'])
  const withQuery = (changed: string): GraphqlDraft => ({ ...document, query: changed })
  const withVariable = (json: string): GraphqlDraft => ({
    ...document,
    variables: { ...variables, [name]: json },
  })
  return dice.choose<() => GraphqlDraft>([
    [20, () => withVariable(odd.json(dice))],
    [5, () => withVariable(JSON.stringify(odd.text(dice)))],
    [3, () => withVariable(`[${variables[name] ?? '1'}]`)],
    [3, () => ({ ...document, variables: {} })],
    [2, () => ({ ...document, variables: { ...variables, [odd.name(dice)]: '1' } })],
    [15, () => withQuery(breakText(query, surroundings))],
    [5, () => withQuery(breakText(breakText(query, surroundings), surroundings))],
    [2, () => withQuery(odd.text(dice))],
    [2, () => withQuery(`${query} ${query}`)],
    [2, () => withQuery(query.replace('query', 'subscription'))],
    [2, () => withQuery(`{ ${'a: __typename '.repeat(dice.below(3_000))} }`)],
    [2, () => withQuery(`${'{ nodes '.repeat(dice.below(2_000))}`)],
    [2, () => withQuery(query.replace('{', `{ ${deep(dice.below(30))} `))],
    [
      1,
      () => withQuery('query A { ...F } fragment F on Query { ...G } fragment G on Query { ...F }'),
    ],
    [
      1,
      () => withQuery(`{ __schema { types { fields { type { ${ofTypes(dice.below(20))} } } } } }`),
    ],
    [1, () => withQuery(query.replace('{', `@a${'@b '.repeat(dice.below(900))}{`))],
    [1, () => ({ ...document, operationName: odd.text(dice) })],
  ])()
}

const deep = (levels: number): string =>
  `transactions(first: 100) { nodes { ${'timeline { '.repeat(levels)} id ${'} '.repeat(levels)} } }`
const ofTypes = (levels: number): string =>
  `name ${'ofType { name '.repeat(levels)}${'}'.repeat(levels)}`
