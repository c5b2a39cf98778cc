const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * The day `YYYY-MM-DD` as written; of a full ISO 8601 timestamp its date part, never shifted by a time
 * zone (SEP09-17, SEP09-18). Undefined when there is no such day.
 */
export function calendarDay(text: string): string | undefined {
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      text,
    )
  if (parts === null) return undefined
  const [year, month, day] = parts.slice(1).map(Number)
  const length = daysOf(year ?? 0, month ?? 0)
  return (day ?? 0) >= 1 && (day ?? 0) <= length ? text.slice(0, 10) : undefined
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (daysInMonth[month - 1] ?? 0)
}
