import type { Knex } from 'knex'

/** Whether callers find an extension by name in the company directory. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions ADD COLUMN listed boolean NOT NULL DEFAULT true')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN listed')
}
