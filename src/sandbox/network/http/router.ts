import type { Route } from './exchange.ts'

export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

export type Router = (path: string) => Match | undefined

interface Known {
  readonly route: Route
  readonly parts: readonly string[]
}

export function createRouter(routes: readonly Route[]): Router {
  const known: readonly Known[] = routes.map((route) => ({ route, parts: split(route.pattern) }))
  return (path) => {
    const asked = split(path)
    for (const { route, parts } of known) {
      const params = parts.length === asked.length ? matchParts(parts, asked) : undefined
      if (params) return { route, params }
    }
    return undefined
  }
}

function split(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '')
}

function matchParts(parts: readonly string[], asked: readonly string[]) {
  const params: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const given = asked[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decoded(given)
    else if (part !== given) return undefined
  }
  return params
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
