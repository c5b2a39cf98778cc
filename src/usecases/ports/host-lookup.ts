/** Looks a host name of an address up. */
export interface HostLookup {
  /** Whether the host of this address leads, as far as can be seen now, to public addresses only. */
  isPublic(url: string): Promise<boolean>
}
