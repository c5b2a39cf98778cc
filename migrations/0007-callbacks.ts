import { Migration } from '@mikro-orm/migrations'

/** SEP-12 and SEP-31 callbacks to be delivered, each a snapshot of its change. New table: locks nothing. */
export class Callbacks extends Migration {
  override up(): void {
    this.addSql(`create table callback (
        id uuid primary key,
        subject_kind text not null check (subject_kind in ('transaction', 'customer')),
        subject_id uuid not null,
        number bigint generated always as identity unique,
        url text not null,
        body_sealed bytea not null,
        state text not null check (state in ('due', 'delivered', 'dead')),
        tries integer not null check (tries >= 0),
        due_at timestamptz not null,
        last_answer text,
        created_at timestamptz not null,
        ended_at timestamptz
      )`)
    this.addSql(`create index callback_due on callback (due_at) where state = 'due'`)
    this.addSql(`create index callback_of_subject on callback (subject_id, number)`)
  }
}
