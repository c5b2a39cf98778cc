import { parseSync } from '@swc/core'
import { filesOf, textOf } from '../repository.ts'
import { idPattern } from './requirement-lists.ts'

/**
 * Which requirements the titles of tests name. Titles are read from the syntax tree: an id in a comment or in the
 * body of a test proves nothing. Texts outside of bodies count, since `each` takes parts of titles from tables.
 */
export interface NamedIn {
  readonly id: string
  readonly path: string
}

export function namedInTitles(): readonly NamedIn[] {
  return filesOf('test')
    .filter((path) => path.endsWith('.test.ts') && path !== 'test/conformance/conformance.test.ts')
    .flatMap((path) => [...idsInTitles(textOf(path))].map((id) => ({ id, path })))
}

export function idsInTitles(source: string, pattern = idPattern): ReadonlySet<string> {
  const ids = new Set<string>()
  const tree = parseSync(source, { syntax: 'typescript', target: 'es2022', decorators: true })
  visit(tree, (text) => text.match(pattern)?.forEach((id) => ids.add(id)))
  return ids
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

function visit(value: unknown, found: (text: string) => void): void {
  if (Array.isArray(value)) return value.forEach((one) => visit(one, found))
  if (!isNode(value)) return
  if (isLeftOut(value)) return
  if (value['type'] === 'StringLiteral') found(String(value['value']))
  if (value['type'] === 'TemplateElement') found(String(value['raw']))
  const parts = isTest(value) ? partsOfTest(value) : Object.values(value)
  visit(parts, found)
}

/** `it(title, body)`, `it.each(table)(title, body)`, `test.skipIf(…)(title, body)` and the like. */
function isTest(node: Node): boolean {
  return node['type'] === 'CallExpression' && /^(it|test)$/.test(rootOf(node['callee']))
}

/** `it.skip(…)`, `describe.todo(…)`: a test that does not run shows nothing. */
function isLeftOut({ type, callee }: Node): boolean {
  if (type !== 'CallExpression' || !isNode(callee) || callee['type'] !== 'MemberExpression') {
    return false
  }
  const { property } = callee
  const isSwitchedOff = isNode(property) && /^(skip|todo)$/.test(String(property['value']))
  return isSwitchedOff && /^(it|test|describe)$/.test(rootOf(callee))
}

function rootOf(callee: unknown): string {
  if (!isNode(callee)) return ''
  if (callee['type'] === 'Identifier') return String(callee['value'])
  if (callee['type'] === 'MemberExpression') return rootOf(callee['object'])
  if (callee['type'] === 'CallExpression') return rootOf(callee['callee'])
  return ''
}

/** Everything but the function that is the test itself. */
function partsOfTest(node: Node): readonly unknown[] {
  const given = Array.isArray(node['arguments']) ? (node['arguments'] as readonly unknown[]) : []
  const bodies = /^(ArrowFunctionExpression|FunctionExpression)$/
  return [
    node['callee'],
    ...given.filter((argument) => {
      const expression = isNode(argument) ? argument['expression'] : undefined
      return !(isNode(expression) && bodies.test(String(expression['type'])))
    }),
  ]
}
