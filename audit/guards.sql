-- The guards of the trail. Written by the owner of the database after each migration (audit/guards.py).
-- None of them asks for a setting of the session, so there is nothing that the product's role could set to pass.

-- The triggers that pgtrigger writes ask this before they refuse. It asked a setting of the session, which any role may
-- set; now the answer is no.
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE AS $$ SELECT false $$;

CREATE OR REPLACE FUNCTION public.evenhand_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept in % is never changed, deleted or emptied', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- When something was recorded is the database's to say, whatever is given.
CREATE OR REPLACE FUNCTION public.evenhand_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;

-- Words may be blanked once, by the event of an erasure of this very event, and are otherwise never changed.
CREATE OR REPLACE FUNCTION public.evenhand_words() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.event_id = OLD.event_id AND OLD.body IS NOT NULL AND NEW.body IS NULL AND NEW.salt = ''
       AND EXISTS (
           SELECT FROM public.audit_event e WHERE e.id = NEW.erased_by_id
           AND e.verb = 'event.words_erased' AND e.facts->>'event' = OLD.event_id::text
       ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the words of an event are kept: they may only be blanked by a recorded erasure'
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Keep the state of a row as it now is. Arguments: its key; "whole" (the state itself) or "digest" (of what never
-- changes, the digest alone, with the columns it was made of); columns that are left out.
-- The settings are given, so that a row is written alike whatever the session has set.
CREATE OR REPLACE FUNCTION public.evenhand_keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    state jsonb; was jsonb; differing text[]; pinch text := gen_random_uuid()::text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        state := to_jsonb(OLD) - TG_ARGV[2:];
    ELSE
        state := to_jsonb(NEW) - TG_ARGV[2:];
    END IF;
    IF TG_OP = 'UPDATE' THEN
        was := to_jsonb(OLD) - TG_ARGV[2:];
        SELECT array_agg(one.key ORDER BY one.key) INTO differing
            FROM jsonb_each(state) one WHERE was->one.key IS DISTINCT FROM one.value;
        IF differing IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_ARGV[1] = 'digest' THEN
        SELECT array_agg(one ORDER BY one) INTO differing FROM jsonb_object_keys(state) one;
    END IF;
    INSERT INTO public.audit_history (kept, row_key, deed, at, tx, by_role, columns, state, salt, digest)
    VALUES (
        TG_TABLE_NAME, state->>TG_ARGV[0], left(TG_OP, 1), clock_timestamp(), pg_current_xact_id()::text::bigint,
        session_user, coalesce(differing, '{}'), CASE WHEN TG_ARGV[1] = 'whole' THEN state END, pinch,
        encode(sha256(convert_to(pinch || state::text, 'UTF8')), 'hex')
    );
    RETURN NULL;
END $$;

-- A row of the history takes its seal once, and loses its state by a recorded erasure; nothing else of it changes.
CREATE OR REPLACE FUNCTION public.evenhand_history() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (to_jsonb(NEW) - '{seal_id,state,salt,erased_by_id}'::text[])
           = (to_jsonb(OLD) - '{seal_id,state,salt,erased_by_id}'::text[])
       AND (NEW.seal_id IS NOT DISTINCT FROM OLD.seal_id OR OLD.seal_id IS NULL)
       AND ((NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.salt = OLD.salt
             AND NEW.erased_by_id IS NOT DISTINCT FROM OLD.erased_by_id)
            OR (NEW.state IS NULL AND NEW.salt = '' AND NEW.erased_by_id IS NOT NULL AND OLD.erased_by_id IS NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the history of what changed is kept as it is' USING ERRCODE = 'insufficient_privilege';
END $$;

-- Blank what the history keeps of one row before its newest state, by the event of an erasure of this very transaction.
CREATE OR REPLACE FUNCTION public.evenhand_blank_history(of_table text, of_row text, erasure bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    blanked bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.audit_history h JOIN public.audit_event e ON e.id::text = h.row_key
        WHERE h.kept = 'audit_event' AND h.row_key = erasure::text AND h.tx = pg_current_xact_id()::text::bigint
        AND e.verb LIKE '%erased'
    ) THEN
        RAISE EXCEPTION 'the history of what changed is blanked by a recorded erasure only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE public.audit_history SET state = NULL, salt = '', erased_by_id = erasure
        WHERE kept = of_table AND row_key = of_row AND state IS NOT NULL AND erased_by_id IS NULL
        AND id < (SELECT max(id) FROM public.audit_history WHERE kept = of_table AND row_key = of_row);
    GET DIAGNOSTICS blanked = ROW_COUNT;
    RETURN blanked;
END $$;

-- Seal what is committed and not yet sealed: one link of the chain. Waits for nobody, and nobody waits for it: writers
-- only add rows, which it takes once they are committed. Says which link, or nothing where there was nothing to seal.
CREATE OR REPLACE FUNCTION public.evenhand_seal(most integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    taken bigint[]; lines text; before public.audit_seal; link bigint; made timestamptz := clock_timestamp(); hash text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7305181904) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(one.id ORDER BY one.id) INTO taken FROM (
        SELECT id FROM public.audit_history WHERE seal_id IS NULL ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED
    ) one;
    IF taken IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(concat_ws('|', h.id, h.kept, h.row_key, h.deed, (extract(epoch FROM h.at) * 1000000)::bigint,
                                h.tx, h.by_role, array_to_string(h.columns, ','), h.digest), E'\n' ORDER BY h.id)
        INTO lines FROM public.audit_history h WHERE h.id = ANY(taken);
    hash := encode(sha256(convert_to(lines, 'UTF8')), 'hex');
    SELECT * INTO before FROM public.audit_seal ORDER BY id DESC LIMIT 1;
    link := coalesce(before.id, 0) + 1;
    INSERT INTO public.audit_seal (id, made_at, rows, digest, previous, head)
    VALUES (link, made, cardinality(taken), hash, coalesce(before.head, ''), encode(sha256(convert_to(concat_ws('|',
            link, (extract(epoch FROM made) * 1000000)::bigint, cardinality(taken), hash, coalesce(before.head, '')),
            'UTF8')), 'hex'));
    UPDATE public.audit_history SET seal_id = link WHERE id = ANY(taken);
    RETURN link;
END $$;
