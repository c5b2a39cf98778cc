import ipaddr from 'ipaddr.js'

/**
 * Whether an address belongs to the public internet. Only plain unicast does: everything that
 * ipaddr.js names otherwise (loopback, private, link-local with the metadata services, unique-local,
 * CGNAT, multicast, unspecified, NAT64, 6to4, Teredo, reserved) does not; an IPv4 address in IPv6
 * clothes is judged as what it is (SEP01-54).
 */
export function isPublicAddress(text: string): boolean {
  const address = ipaddr.parse(text)
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    return isPublicAddress(address.toIPv4Address().toString())
  }
  return address.range() === 'unicast'
}
