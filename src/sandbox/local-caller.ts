/** Whether an address stays on this machine. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || plain === 'localhost' || /^127(\.\d{1,3}){3}$/.test(plain)
}

export function hostOf(origin: string): string {
  return URL.parse(origin)?.hostname.replaceAll(/[[\]]/g, '') ?? ''
}
