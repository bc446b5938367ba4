-- A database of films and rentals, written by hand and loaded into a PostgreSQL, whose own dump is imported then.

CREATE TYPE rating AS ENUM ('G', 'PG', 'R');
CREATE DOMAIN year AS integer CONSTRAINT year_check CHECK (VALUE >= 1901 AND VALUE <= 2155);
CREATE DOMAIN money_amount AS numeric(9, 2) NOT NULL DEFAULT 0 CHECK (VALUE >= 0);

CREATE TABLE language (
    language_id smallserial PRIMARY KEY,
    name char(20) NOT NULL,
    last_update timestamp DEFAULT now() NOT NULL
);
CREATE TABLE film (
    film_id serial PRIMARY KEY,
    title varchar(255) NOT NULL,
    description text,
    release_year year,
    language_id smallint NOT NULL REFERENCES language ON UPDATE CASCADE ON DELETE RESTRICT,
    original_language_id smallint REFERENCES language (language_id),
    rental_rate numeric(4, 2) DEFAULT 4.99 NOT NULL,
    length smallint CHECK (length > 0),
    rating rating DEFAULT 'G',
    special_features text[],
    fulltext tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, coalesce(title, ''))) STORED,
    span int4range,
    CONSTRAINT film_rate CHECK (rental_rate BETWEEN 0 AND 20)
);
CREATE TABLE store (
    store_id integer,
    region text,
    manager integer NOT NULL,
    PRIMARY KEY (store_id, region)
);
CREATE TABLE staff (
    staff_id integer PRIMARY KEY,
    store_id integer,
    region text,
    active boolean DEFAULT true NOT NULL,
    username text NOT NULL UNIQUE,
    picture bytea,
    CONSTRAINT staff_store FOREIGN KEY (store_id, region) REFERENCES store ON DELETE SET NULL
        DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE store ADD CONSTRAINT store_manager FOREIGN KEY (manager) REFERENCES staff
    DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE payment (
    payment_id bigint GENERATED ALWAYS AS IDENTITY,
    staff_id integer NOT NULL,
    amount money_amount,
    paid_at timestamptz NOT NULL,
    note json
) PARTITION BY RANGE (paid_at);
CREATE TABLE payment_2025 PARTITION OF payment FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE payment_rest PARTITION OF payment DEFAULT;
CREATE TABLE film_category (
    film_id integer REFERENCES film ON DELETE CASCADE,
    category text,
    PRIMARY KEY (film_id, category)
);
CREATE TABLE log (at timestamptz, text text, addr inet, mac macaddr, flags bit(3), x xml, cash money);
CREATE UNIQUE INDEX ON film (title, release_year);
CREATE INDEX film_fulltext ON film USING gist (fulltext);
CREATE INDEX film_lower ON film (lower(title));
CREATE INDEX film_long ON film (length DESC NULLS LAST) WHERE length > 120;

CREATE VIEW film_list AS SELECT f.film_id, f.title, l.name FROM film f JOIN language l USING (language_id);
CREATE MATERIALIZED VIEW sums AS SELECT staff_id, sum(amount) FROM payment GROUP BY staff_id;
CREATE RULE no_log AS ON DELETE TO log DO INSTEAD NOTHING;
CREATE FUNCTION rates(p_film integer) RETURNS numeric LANGUAGE sql
    BEGIN ATOMIC SELECT CASE WHEN rental_rate > 1 THEN rental_rate ELSE 1 END FROM film WHERE film_id = p_film; END;
CREATE AGGREGATE group_concat(text) (SFUNC = textcat, STYPE = text);

INSERT INTO language (name) VALUES ('English'), ('日本語');
INSERT INTO film (title, release_year, language_id, length, rating, special_features, span)
    SELECT 'Film ' || n, 1950 + n, 1 + n % 2, n, (ARRAY['G', 'PG', 'R'])[1 + n % 3]::rating,
        ARRAY['Trailers', 'a "quoted", one'], int4range(n, n + 5) FROM generate_series(1, 60) AS n;
BEGIN;
INSERT INTO store VALUES (1, 'north', 1), (2, 'south', 2);
INSERT INTO staff VALUES (1, 1, 'north', true, 'mike', '\xdeadbeef'), (2, 2, 'south', false, 'jon', NULL);
COMMIT;
INSERT INTO payment (staff_id, amount, paid_at, note)
    SELECT 1 + n % 2, n / 100.0, '2025-12-01'::timestamptz + n * interval '1 day', '{"n":  1, "n": 2}'
    FROM generate_series(1, 60) AS n;
INSERT INTO film_category SELECT film_id, 'drama' FROM film;
INSERT INTO log VALUES ('-infinity', E'a\tb', '10.0.0.1', '08:00:2b:01:02:03', B'101', '<a/>', 12.5);
