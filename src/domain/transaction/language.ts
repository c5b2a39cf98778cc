/** The language part of a tag such as `en-US`, in lower case; `en` for anything else (SEP31-32, SEP31-X08). */
export function languageOf(tag: string | undefined): string {
  const found = /^([a-z]{2})(?:[-_][a-z0-9-]{1,30})?$/i.exec(tag ?? '')
  return found?.[1]?.toLowerCase() ?? 'en'
}
