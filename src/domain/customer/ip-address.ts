/** Whether this is an IP address, version 4 in dotted decimals or version 6 (RFC 4291), without zone. */
export const isIpAddress = (text: string): boolean => isVersion4(text) || isVersion6(text)

const isVersion4 = (text: string): boolean => {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
}

function isVersion6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const counts = halves.map((half, place) => groupsIn(half, place === halves.length - 1))
  if (counts.includes(undefined)) return false
  const groups = counts.reduce<number>((total, count) => total + (count ?? 0), 0)
  return halves.length === 2 ? groups < 8 : groups === 8
}

/** How many 16-bit groups are written; the very last may be an address of version 4, which is two. */
function groupsIn(half: string, isLast: boolean): number | undefined {
  if (half === '') return 0
  const groups = half.split(':')
  const endsInVersion4 = isLast && isVersion4(groups.at(-1) ?? '')
  const hex = endsInVersion4 ? groups.slice(0, -1) : groups
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return hex.length + (endsInVersion4 ? 2 : 0)
}
