import type { OpenDocument, Operation } from '../openapi/open-document.ts'
import type { Door, WireRequest } from './draft.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  readonly ms: number
}

/** What no answer may show of our inside. */
const inside =
  /\bat [\w.<> ]*\(?(file:|node:|\/)|node_modules|ECONNREFUSED|violates \w+ constraint|relation "\w+"|\[object Object\]/

export type Judge = (request: WireRequest, answer: HttpAnswer) => readonly string[]

/** Compares answers with what the documents say. */
export function judgeBy(documents: Readonly<Record<Door, OpenDocument>>): Judge {
  const finders = {
    public: operationFinder(documents.public),
    internal: operationFinder(documents.internal),
  }
  return (request, answer) => [
    ...(inside.test(answer.text) && answer.status >= 300 ? ['shows something of our inside'] : []),
    ...faultsByDocument(request, answer, { documents, finders }),
  ]
}

/** Nothing is away in the fuzzer's world; only what an operator has to act on may be red. */
const mayBeRed = 'getHealth'

interface Descriptions {
  readonly documents: Readonly<Record<Door, OpenDocument>>
  readonly finders: Readonly<Record<Door, OperationFinder>>
}

function faultsByDocument(
  request: WireRequest,
  answer: HttpAnswer,
  { documents, finders }: Descriptions,
): readonly string[] {
  const { door, method, target } = request
  if (isAnsweredBeforeRoutes(answer)) return []
  const [path = ''] = target.split('?', 1)
  const isHead = method === 'HEAD'
  const operation = finders[door](isHead ? 'GET' : method, path)
  if (isFault(answer, operation)) return [`status ${answer.status}`]
  if (operation === undefined || answer.status === 405) return faultsOfOther(request, answer)
  return [
    ...documents[door].faultsOf(operation, { ...answer, isWithoutBody: isHead }),
    ...(path.endsWith('/graphql') && !isHead ? faultsOfGraphql(request, answer) : []),
  ]
}

const isFault = ({ status }: HttpAnswer, operation: Operation | undefined): boolean =>
  status < 200 || (status >= 500 && !(status === 503 && operation?.operationId === mayBeRed))

/** Refused as no HTTP, or too much of it: on the bare socket, or by the framework. */
const isAnsweredBeforeRoutes = ({ status, headers }: HttpAnswer): boolean =>
  (status === 400 || status === 431) && headers['x-request-id'] === undefined

function faultsOfOther({ method }: WireRequest, answer: HttpAnswer): readonly string[] {
  const { status, headers, text } = answer
  if (status === 405 && headers['allow'] === undefined) return ['405 without Allow']
  if (status < 400 || method === 'HEAD') return []
  return /^\{"(error|errors)":/.test(text) ? [] : ['a refusal without a word']
}

const masked = /"code":"(INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE)"/
const invalid = /"code":"GRAPHQL_VALIDATION_FAILED"/

function faultsOfGraphql({ isWellFormed }: WireRequest, { text }: HttpAnswer): readonly string[] {
  const fault = masked.exec(text)?.[1]
  return [
    ...(fault === undefined ? [] : [`GraphQL answered ${fault}`]),
    ...(isWellFormed && invalid.test(text) ? ['a valid document was called invalid'] : []),
  ]
}

type OperationFinder = (method: string, path: string) => Operation | undefined

/** By the path as it stands; one that merely decodes to a path of ours is judged as unknown. */
function operationFinder({ operations }: OpenDocument): OperationFinder {
  const fixed = new Map<string, Operation>(
    operations.map((one) => [`${one.method} ${one.path}`, one] as const),
  )
  const open = operations
    .filter(({ path }) => path.includes('{'))
    .map((one) => {
      const pattern = one.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')
      return { one, pattern: new RegExp(`^${one.method} ${pattern}$`) }
    })
  return (method, path) => {
    const name = `${method} ${path}`
    return fixed.get(name) ?? open.find(({ pattern }) => pattern.test(name))?.one
  }
}
