import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

type Json = Record<string, unknown>

/** The rail's contract, opened for questions. */
export interface RailDocument {
  /** `POST /payouts` and so on, webhooks left out. */
  readonly operations: readonly string[]
  /** Faults of a body against what the document says about this answer; empty when it fits. */
  faultsOfAnswer(operation: string, answer: { status: number; body: unknown }): readonly string[]
  faultsOf(schemaName: string, value: unknown): readonly string[]
  /** Every `$ref` of the document that leads nowhere. */
  readonly deadReferences: readonly string[]
}

export async function openRailDocument(): Promise<RailDocument> {
  const path = new URL('../../../docs/payout-rail.openapi.yaml', import.meta.url)
  const document = asObject(parse(await readFile(path, 'utf8')))
  const paths = asObject(document['paths'])
  const resolved = (value: unknown): Json => asObject(inline(document, value))
  return {
    operations: Object.entries(paths).flatMap(([at, operations]) =>
      Object.keys(asObject(operations)).map((method) => `${method.toUpperCase()} ${at}`),
    ),
    faultsOfAnswer: (operation, { status, body }) => {
      const [method = '', at = ''] = operation.split(' ')
      const responses = asObject(asObject(asObject(paths[at])[method.toLowerCase()])['responses'])
      if (responses[status] === undefined) return [`${operation} does not document ${status}`]
      const content = asObject(asObject(resolved(responses[status])['content'])['application/json'])
      return faults(asObject(content['schema']), body)
    },
    faultsOf: (name, value) => faults(resolved({ $ref: `#/components/schemas/${name}` }), value),
    deadReferences: referencesIn(document).filter((ref) => lookUp(document, ref) === undefined),
  }
}

function faults(schema: Json, value: unknown): readonly string[] {
  const result = z.fromJSONSchema(schema).safeParse(value)
  return result.success ? [] : result.error.issues.map((issue) => JSON.stringify(issue))
}

/** The value with every `$ref` replaced by what it stands for. */
function inline(document: Json, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => inline(document, member))
  if (typeof value !== 'object' || value === null) return value
  const ref = asObject(value)['$ref']
  if (typeof ref === 'string') return inline(document, lookUp(document, ref))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, inline(document, member)]),
  )
}

function lookUp(document: Json, ref: string): unknown {
  const steps = ref.replace(/^#\//, '').split('/')
  return steps.reduce<unknown>((place, step) => asObject(place)[step], document)
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  )
}

const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {} // a missing part has no members
