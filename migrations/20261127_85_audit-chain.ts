import type { Knex } from 'knex'

/**
 * The audit can only grow, and every row vouches for all before it.
 *
 * `hash` is the SHA-256 of the hash of the tenant's row before and of everything in this one; `audit_heads`
 * holds the last, so that missing rows at the end show too. The triggers hold for the owner of the tables as well.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE audit_log ADD COLUMN seq bigint, ADD COLUMN hash bytea;
    CREATE TABLE audit_heads (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      seq bigint NOT NULL,
      hash bytea NOT NULL
    );
    ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_tenant ON audit_heads TO dialplane_tenant USING (tenant_id = (SELECT dialplane_tenant_id()));
    GRANT SELECT ON audit_heads TO dialplane_tenant;

    -- jsonb writes itself in one way only; the time goes in as microseconds, whatever time zone the session has.
    CREATE FUNCTION audit_row_hash(previous bytea, entry audit_log) RETURNS bytea LANGUAGE sql STABLE AS $$
      SELECT sha256(previous || convert_to(jsonb_build_array(
        entry.id, entry.tenant_id, entry.seq, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.actor_kind, entry.actor_id,
        entry.actor_name, entry.address, entry.action, entry.subject_type, entry.subject_id, entry.before, entry.after)::text, 'UTF8'))
    $$;

    -- As its owner: a tenant's transaction may not write heads itself. The head's row stays locked until the transaction
    -- ends, so that rows written at once stand one after the other.
    CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE head audit_heads;
    BEGIN
      INSERT INTO audit_heads VALUES (NEW.tenant_id, 0, '') ON CONFLICT (tenant_id) DO NOTHING;
      SELECT * INTO head FROM audit_heads WHERE tenant_id = NEW.tenant_id FOR UPDATE;
      NEW.seq := head.seq + 1;
      NEW.hash := audit_row_hash(head.hash, NEW);
      UPDATE audit_heads SET seq = NEW.seq, hash = NEW.hash WHERE tenant_id = NEW.tenant_id;
      RETURN NEW;
    END $$;
    REVOKE EXECUTE ON FUNCTION audit_chain() FROM PUBLIC;

    CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'The audit can only be added to: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$;

    -- What is there already, in the order it was written.
    DO $$
    DECLARE entry audit_log; previous bytea := ''; tenant uuid; place bigint := 0;
    BEGIN
      FOR entry IN SELECT * FROM audit_log ORDER BY tenant_id, id LOOP
        IF tenant IS DISTINCT FROM entry.tenant_id THEN
          tenant := entry.tenant_id; previous := ''; place := 0;
        END IF;
        place := place + 1;
        entry.seq := place;
        previous := audit_row_hash(previous, entry);
        UPDATE audit_log SET seq = place, hash = previous WHERE id = entry.id;
        INSERT INTO audit_heads VALUES (tenant, place, previous)
          ON CONFLICT (tenant_id) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash;
      END LOOP;
    END $$;

    ALTER TABLE audit_log ALTER COLUMN seq SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
    CREATE UNIQUE INDEX audit_log_chain ON audit_log (tenant_id, seq);
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM PUBLIC, dialplane_tenant;
    CREATE TRIGGER audit_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_chain();
    CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
    CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER audit_chain ON audit_log;
    DROP TRIGGER audit_is_kept ON audit_log;
    DROP TRIGGER audit_is_not_emptied ON audit_log;
    DROP FUNCTION audit_chain();
    DROP FUNCTION audit_is_kept();
    DROP FUNCTION audit_row_hash(bytea, audit_log);
    DROP TABLE audit_heads;
    ALTER TABLE audit_log DROP COLUMN seq, DROP COLUMN hash;
  `)
}
