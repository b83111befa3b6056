-- What the generator computes from a number alone: the same number gives the same row in
-- every run. u(n, salt) is even between 0 and 1.
CREATE SCHEMA IF NOT EXISTS bench;

CREATE OR REPLACE FUNCTION bench.u(n bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended(n, salt) & 9007199254740991)::double precision / 9007199254740992.0
$$;

-- An id of version 7 over a time and a number; kind is four digits that begin with 7.
CREATE OR REPLACE FUNCTION bench.id(kind text, n bigint, at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || kind || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;

-- The word at share x (0 to 1) of a list whose parts end at upto.
CREATE OR REPLACE FUNCTION bench.pick(x double precision, words text[], upto double precision[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT words[1 + width_bucket(x, upto)]
$$;

-- Author a belongs to one channel: to the smaller brand with one chance in ten.
CREATE OR REPLACE FUNCTION bench.brand_of(a bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (bench.u(a, 43) < 0.1)::int $$;

CREATE OR REPLACE FUNCTION bench.slot_of(a bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT floor(bench.u(a, 44) ^ 1.5 * 5)::int $$;

CREATE OR REPLACE FUNCTION bench.author(a bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ('01941f29-7c00-7a00-8000-' || lpad(to_hex(a), 12, '0'))::uuid $$;

CREATE OR REPLACE FUNCTION bench.thread(brand integer, slot integer, t bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ('01941f29-7c00-7b0' || brand || '-800' || slot || '-' || lpad(to_hex(t), 12, '0'))::uuid $$;
