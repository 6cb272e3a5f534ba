import type { Knex } from 'knex'

/** How many calls may begin over a trunk in a second, and go on for an inbound number at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE trunks ADD COLUMN max_calls_per_second integer CHECK (max_calls_per_second BETWEEN 1 AND 1000);
    ALTER TABLE inbound_numbers ADD COLUMN max_calls integer CHECK (max_calls BETWEEN 1 AND 10000);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN max_calls_per_second; ALTER TABLE inbound_numbers DROP COLUMN max_calls')
}
