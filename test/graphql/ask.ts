/** An answer over HTTP. */
export interface Answer<Data = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly data: Data | null | undefined
  readonly errors: readonly AnswerError[]
}

export interface AnswerError {
  readonly message: string
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** A generated document knows what it answers. */
export interface Typed<Data, Variables> {
  toString(): string
  readonly __apiType?: (variables: Variables) => Data
}

export interface Question<Variables = Readonly<Record<string, unknown>>> {
  readonly variables?: Variables
  readonly token?: string
  /** Which one of the document. */
  readonly operationName?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks over HTTP. */
export async function ask<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
  url: string,
  query: Typed<Data, Variables> | string,
  { variables, token, operationName, headers }: Question<Variables> = {},
): Promise<Answer<Data>> {
  return read(
    await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query: query.toString(), variables, operationName }),
    }),
  )
}

/** Reads an answer, which is JSON whatever happened. */
export async function read<Data>(response: Response): Promise<Answer<Data>> {
  const body = (await response.json()) as { data?: Data | null; errors?: readonly AnswerError[] }
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors: body.errors ?? [],
  }
}

/** The data of an answer that must not have errors. */
export function dataOf<Data>({ data, errors, status }: Answer<Data>): Data {
  if (errors.length > 0 || data == null) {
    throw new Error(`${status}: ${errors.map(({ message }) => message).join('; ') || 'no data'}`)
  }
  return data
}

export const codesOf = ({ errors }: Pick<Answer, 'errors'>): readonly unknown[] =>
  errors.map(({ extensions }) => extensions?.['code'])
