import type { DocumentNode } from 'graphql'

/** What Apollo keeps parsed and validated documents in, so that a repeated one is ready at once. */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>
  set(key: string, document: DocumentNode): Promise<void>
  delete(key: string): Promise<boolean>
}

/** A parsed document takes some eighty bytes for each character of its text: this many are 8 MB. */
export const charactersMax = 100_000

/**
 * Keeps the documents asked for latest. Anybody may send as many as they like, without a token, hence the
 * bound; Apollo's own, of 30 MB counted as JSON, lets them take four times as much.
 */
export function documentStore(): DocumentStore {
  const documents = new Map<string, DocumentNode>()
  let characters = 0
  const drop = (key: string): boolean => {
    characters -= lengthOf(documents.get(key))
    return documents.delete(key)
  }
  const keep = (key: string, document: DocumentNode): void => {
    drop(key)
    documents.set(key, document)
    characters += lengthOf(document)
    for (const oldest of documents.keys()) {
      if (characters <= charactersMax) return
      drop(oldest)
    }
  }
  return {
    get: (key) => {
      const known = documents.get(key)
      if (known !== undefined) keep(key, known)
      return Promise.resolve(known)
    },
    set: (key, document) => Promise.resolve(keep(key, document)),
    delete: (key) => Promise.resolve(drop(key)),
  }
}

const lengthOf = (document: DocumentNode | undefined): number =>
  document?.loc?.source.body.length ?? 0
