import type { Knex } from 'knex'

/** Follow me: where else calls to an extension ring. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions
      ADD COLUMN follow_me boolean NOT NULL DEFAULT false,
      ADD COLUMN follow_me_own_phones boolean NOT NULL DEFAULT true,
      ADD COLUMN follow_me_to jsonb NOT NULL DEFAULT '[]'
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN follow_me, DROP COLUMN follow_me_own_phones, DROP COLUMN follow_me_to')
}
