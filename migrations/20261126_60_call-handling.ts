import type { Knex } from 'knex'

/** What becomes of calls to an extension that do not simply ring: forwards, do not disturb, how many at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions
      ADD COLUMN forward_always text,
      ADD COLUMN forward_busy text,
      ADD COLUMN forward_no_answer text,
      ADD COLUMN forward_unreachable text,
      ADD COLUMN do_not_disturb boolean NOT NULL DEFAULT false,
      ADD COLUMN vip_numbers text[] NOT NULL DEFAULT '{}',
      ADD COLUMN call_limit integer CHECK (call_limit BETWEEN 1 AND 50)
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions
      DROP COLUMN forward_always, DROP COLUMN forward_busy, DROP COLUMN forward_no_answer, DROP COLUMN forward_unreachable,
      DROP COLUMN do_not_disturb, DROP COLUMN vip_numbers, DROP COLUMN call_limit
  `)
}
