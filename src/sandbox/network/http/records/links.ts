/** Links of HAL, absolute, on the scheme and host of the request (SBX-69). */

export interface Link {
  readonly href: string
  readonly templated?: true
}

export type Links = Readonly<Record<string, Link>>

export function link(origin: string, path: string): Link {
  return path.includes('{')
    ? { href: `${origin}${path}`, templated: true }
    : { href: `${origin}${path}` }
}

export const PAGED = '{?cursor,limit,order}'

/** Before and after a record in its collection. */
export function neighbours(origin: string, collection: string, token: string): Links {
  return {
    succeeds: link(origin, `${collection}?order=desc&cursor=${token}`),
    precedes: link(origin, `${collection}?order=asc&cursor=${token}`),
  }
}
