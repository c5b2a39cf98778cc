import { createHash } from 'node:crypto'
import type { Reply } from '../server/reply.ts'
import type { HttpRequest, RouteTable } from '../server/route.ts'
import type { HomePage } from './description.ts'
import { writeStellarToml } from './write-stellar-toml.ts'

/** SEP-1: one file, written at the start; `Accept` and the query are no matter. */
export function sep1Routes(page: HomePage): RouteTable {
  const text = writeStellarToml(page)
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  return {
    cors: true,
    routes: [
      {
        method: 'GET',
        path: '/.well-known/stellar.toml',
        auth: 'none',
        route: (request) => Promise.resolve(getStellarToml(request, { text, etag })),
      },
    ],
  }
}

function getStellarToml(
  request: HttpRequest,
  { text, etag }: { readonly text: string; readonly etag: string },
): Reply {
  // Minutes only, so that a new SIGNING_KEY reaches clients soon (SEP01-10).
  const headers = { 'cache-control': 'public, max-age=300', etag }
  if (request.header('if-none-match') === etag) return { status: 304, headers }
  return {
    status: 200,
    text,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
  }
}
