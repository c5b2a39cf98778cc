/** ASCII without control characters: what home domains and data names may hold. */
export const isPlainText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte >= 32 && byte < 127)
