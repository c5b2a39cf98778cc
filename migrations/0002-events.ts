import { Migration } from '@mikro-orm/migrations'

/** The event log, its numbering, and the outbox. New tables: locks nothing. */
export class Events extends Migration {
  override up(): void {
    this.addSql(`create table transaction_event (
        id uuid primary key,
        recorded bigint generated always as identity unique,
        sequence bigint unique,
        transaction_id uuid not null references "transaction" (id),
        owner_account text not null,
        owner_memo text not null default '',
        type text not null,
        from_phase text,
        to_phase text not null,
        version integer not null,
        at timestamptz not null,
        actor jsonb not null,
        note text
      )`)
    this.addSql(
      `create index transaction_event_unnumbered on transaction_event (recorded) where sequence is null`,
    )
    this.addSql(
      `create index transaction_event_of_owner on transaction_event (owner_account, owner_memo, sequence)`,
    )
    this.addSql(
      `create index transaction_event_of_transaction on transaction_event (transaction_id, version, recorded)`,
    )
    this.addSql(`create table event_stream (
        only_row boolean primary key default true check (only_row),
        last_sequence bigint not null
      )`)
    this.addSql(`insert into event_stream (last_sequence) values (0)`)
    this.addSql(`create table outbox (
        id bigint generated always as identity primary key,
        name text not null,
        subject text not null,
        payload jsonb not null,
        due_at timestamptz
      )`)
  }
}
