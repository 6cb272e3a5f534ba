import type { Knex } from 'knex'

/** Extensions have lists of blocked callers of their own, and blocked callers may be held. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions ADD COLUMN blocked_callers jsonb NOT NULL DEFAULT '[]';
    ALTER TABLE blocked_callers DROP CONSTRAINT blocked_callers_action_check;
    ALTER TABLE blocked_callers ADD CONSTRAINT blocked_callers_action_check CHECK (action IN ('decline', 'busy', 'not-in-service', 'voicemail', 'hold', 'allow'));
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions DROP COLUMN blocked_callers;
    UPDATE blocked_callers SET action = 'decline' WHERE action = 'hold';
    ALTER TABLE blocked_callers DROP CONSTRAINT blocked_callers_action_check;
    ALTER TABLE blocked_callers ADD CONSTRAINT blocked_callers_action_check CHECK (action IN ('decline', 'busy', 'not-in-service', 'voicemail', 'allow'));
  `)
}
