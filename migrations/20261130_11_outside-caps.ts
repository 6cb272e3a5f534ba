import type { Knex } from 'knex'

/** How many calls outside an extension may have at once, and begin within a minute. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions
      ADD COLUMN outside_at_once integer CHECK (outside_at_once BETWEEN 1 AND 50),
      ADD COLUMN outside_per_minute integer CHECK (outside_per_minute BETWEEN 1 AND 600)
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN outside_per_minute, DROP COLUMN outside_at_once')
}
