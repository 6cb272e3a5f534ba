import type { Knex } from 'knex'

/** Ring groups may greet with a recording instead of a spoken text. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE ring_groups ADD COLUMN recording_seconds real')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE ring_groups DROP COLUMN recording_seconds')
}
