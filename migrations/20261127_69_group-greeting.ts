import type { Knex } from 'knex'

/** Ring groups: what the caller hears before and while phones ring. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE ring_groups
      ADD COLUMN greeting text NOT NULL DEFAULT '' CHECK (length(greeting) <= 1000),
      ADD COLUMN music boolean NOT NULL DEFAULT false
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE ring_groups DROP COLUMN greeting, DROP COLUMN music')
}
