import type { Knex } from 'knex'

/** What a trunk changes in the headers of calls to and from its carrier. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`ALTER TABLE trunks ADD COLUMN header_rules jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(header_rules) = 'array')`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN header_rules')
}
