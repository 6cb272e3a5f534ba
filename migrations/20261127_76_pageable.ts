import type { Knex } from 'knex'

/** Whether the phones of an extension answer intercom and paging calls by themselves. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions ADD COLUMN pageable boolean NOT NULL DEFAULT true')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE extensions DROP COLUMN pageable')
}
