import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'
import { z } from 'zod'
import { textOf } from '../repository.ts'

export type Schema = Readonly<Record<string, unknown>>

const schema = z.record(z.string(), z.unknown())
const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  schema,
})
const response = z.object({
  headers: z
    .record(z.string(), z.object({ required: z.boolean().default(false), schema }))
    .default({}),
  content: z.record(z.string(), z.object({ schema })).optional(),
})
const operation = z.object({
  operationId: z.string(),
  security: z.array(schema).optional(),
  parameters: z.array(parameter).default([]),
  requestBody: z
    .object({
      required: z.boolean().default(false),
      content: z.record(z.string(), z.object({ schema })),
    })
    .optional(),
  responses: z.record(z.string(), response),
})
const methodNames = ['get', 'post', 'put', 'patch', 'delete'] as const
const path = z.object({
  parameters: z.array(parameter).default([]),
  ...Object.fromEntries(methodNames.map((name) => [name, operation.optional()])),
})
const paths = z.record(z.string(), path.catchall(z.unknown()))

export interface Operation extends z.infer<typeof operation> {
  readonly method: string
  /** With `{names}` for parameters. */
  readonly path: string
}

export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  /** To a HEAD: the headers of an answer without its body. */
  readonly isWithoutBody?: boolean
}

/** An OpenAPI document of this repository, with every reference replaced by what it stands for. */
export interface OpenDocument {
  readonly whole: Readonly<Record<string, unknown>>
  readonly operations: readonly Operation[]
  /** What is wrong with an answer by the document; empty when it is as described. */
  faultsOf(operation: Operation, answer: Answer): readonly string[]
}

export function openDocument(file: string): OpenDocument {
  const whole = schema.parse(inline(readYaml(file), { file, depth: 0 }))
  const operations = Object.entries(paths.parse(whole['paths'])).flatMap(([at, described]) =>
    methodNames.flatMap((name) => {
      const found = operation.optional().parse(described[name])
      if (found === undefined) return []
      const parameters = [...described.parameters, ...found.parameters]
      return [{ ...found, parameters, method: name.toUpperCase(), path: at }]
    }),
  )
  const faults = judgeBySchema()
  return { whole, operations, faultsOf: (one, answer) => faultsOfAnswer(one, answer, faults) }
}

type Judge = (by: Schema, value: unknown) => readonly string[]

/** Each schema is compiled once. */
function judgeBySchema(): Judge {
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
  formats.default(ajv)
  const compiled = new Map<Schema, ReturnType<typeof ajv.compile>>()
  return (by, value) => {
    const validate = compiled.get(by) ?? ajv.compile(by)
    compiled.set(by, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message = '', params }) =>
      `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`.trim(),
    )
  }
}

function faultsOfAnswer(
  { method, path: at, responses }: Operation,
  answer: Answer,
  faults: Judge,
): readonly string[] {
  const described = responses[String(answer.status)]
  if (described === undefined) return [`${method} ${at} does not describe ${answer.status}`]
  const ofHeaders = Object.entries(described.headers).flatMap(
    ([name, { required, schema: by }]) => {
      const value = answer.headers[name]
      if (value === undefined) return required ? [`the header ${name} is missing`] : []
      return faults(by, value).map((fault) => `${name}: ${fault}`)
    },
  )
  const ofBody =
    answer.isWithoutBody === true ? [] : faultsOfBody(described.content, answer, faults)
  return [...ofHeaders, ...ofBody]
}

function faultsOfBody(
  content: z.infer<typeof response>['content'],
  { headers, text }: Answer,
  faults: Judge,
): readonly string[] {
  if (content === undefined) return text === '' ? [] : ['there is a body where none is described']
  const type = [headers['content-type']].flat()[0]?.split(';', 1)[0] ?? 'none'
  const described = content[type]
  if (described === undefined) return [`the content type ${type} is not described`]
  if (!type.endsWith('json')) return faults(described.schema, text)
  try {
    return faults(described.schema, JSON.parse(text))
  } catch {
    return ['the body is no JSON']
  }
}

interface Place {
  readonly file: string
  readonly depth: number
}

const read = new Map<string, unknown>()

function readYaml(file: string): unknown {
  const known = read.get(file) ?? parse(textOf(file))
  read.set(file, known)
  return known
}

const depthMax = 64

/** The value with every `$ref` replaced; members beside a reference are kept. */
function inline(value: unknown, { file, depth }: Place): unknown {
  if (depth > depthMax) throw new Error(`${file} has a reference into itself`)
  const place = { file, depth: depth + 1 }
  if (Array.isArray(value)) return value.map((member) => inline(member, place))
  if (typeof value !== 'object' || value === null) return value
  const { $ref, ...others } = value as Record<string, unknown>
  const beside = Object.fromEntries(
    Object.entries(others).map(([name, member]) => [name, inline(member, place)]),
  )
  if (typeof $ref !== 'string') return beside
  const [other = '', pointer = ''] = $ref.split('#')
  const target = other === '' ? file : join(dirname(file), other)
  const found = inline(lookUp(target, pointer), { ...place, file: target })
  return { ...schema.parse(found), ...beside }
}

function lookUp(file: string, pointer: string): unknown {
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((place, step) => schema.safeParse(place).data?.[step], readYaml(file))
  if (found === undefined) throw new Error(`Nothing stands at ${file}#${pointer}`)
  return found
}
