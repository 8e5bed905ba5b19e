-- The three roles of Evenhand on a server of PostgreSQL, and whom a database belongs to. A superuser runs it, on each
-- start: it does what is not done yet. Passwords are set apart from it, where roles need one.
--   evenhand_owner    owns the tables: migrates, and nothing else
--   evenhand_product  web, worker and beat: reads and writes rows
--   evenhand_reader   reads
DO $$
DECLARE
    role text; thing record;
BEGIN
    FOREACH role IN ARRAY ARRAY['evenhand_owner', 'evenhand_product', 'evenhand_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', role);
        END IF;
    END LOOP;
    ALTER ROLE evenhand_reader SET default_transaction_read_only = on;
    -- PostgreSQL's own log quotes the row that it refuses, and the statement: names, words and addresses of people. Only
    -- a superuser may have it do so again.
    FOREACH role IN ARRAY ARRAY['evenhand_owner', 'evenhand_product', 'evenhand_reader'] LOOP
        EXECUTE format('ALTER ROLE %I SET log_error_verbosity = terse', role);
        EXECUTE format('ALTER ROLE %I SET log_min_error_statement = panic', role);
    END LOOP;
    IF current_database() <> 'postgres' THEN
        EXECUTE format('ALTER DATABASE %I OWNER TO evenhand_owner', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO evenhand_product, evenhand_reader', current_database());
    END IF;
    ALTER SCHEMA public OWNER TO evenhand_owner;
    -- What an older release made as superuser. What belongs to an extension, or to a column, goes with it.
    FOR thing IN
        SELECT c.oid::regclass::text AS name, c.relkind = 'S' AS sequence FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND c.relowner <> 'evenhand_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                          AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO evenhand_owner', CASE WHEN thing.sequence THEN 'SEQUENCE' ELSE 'TABLE' END,
                       thing.name);
    END LOOP;
    FOR thing IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> 'evenhand_owner'::regrole
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass
                          AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO evenhand_owner', thing.name);
    END LOOP;
END $$;
