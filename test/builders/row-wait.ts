import { onServer } from '../database.ts'
import { until } from '../until.ts'

/** Until one call waits for a row that somebody else holds. */
export const untilOneWaits = (url: string): Promise<void> =>
  until(async () => {
    const [found] = await onServer(
      url,
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return found?.['waiting'] === 1
  }, 'a call to wait for the row')
