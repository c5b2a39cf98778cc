/** RFC 3339 in UTC with seconds, as Horizon prints times (SBX-70). */
export function timeWords(unixSeconds: bigint): string {
  const milliseconds = Number(unixSeconds) * 1000
  return Number.isNaN(new Date(milliseconds).getTime())
    ? '9999-12-31T23:59:59Z'
    : new Date(milliseconds).toISOString().replace('.000Z', 'Z')
}
