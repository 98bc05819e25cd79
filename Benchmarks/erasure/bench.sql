-- A shop's eight tables, with an index for every foreign key.
CREATE SCHEMA shop;
CREATE TABLE shop.person (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text);
CREATE TABLE shop.profile (person_id bigint PRIMARY KEY REFERENCES shop.person, bio text);
CREATE TABLE shop.device (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.person, label text);
CREATE TABLE shop.session (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.person, ip inet);
CREATE TABLE shop.ord (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.person, total numeric(12, 2));
CREATE TABLE shop.item (id bigserial PRIMARY KEY, ord_id bigint NOT NULL REFERENCES shop.ord, label text);
CREATE TABLE shop.event (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.person, kind text, at timestamptz);
CREATE TABLE shop.note (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.person, body text);
CREATE INDEX ON shop.device (person_id);
CREATE INDEX ON shop.session (person_id);
CREATE INDEX ON shop.ord (person_id);
CREATE INDEX ON shop.item (ord_id);
CREATE INDEX ON shop.event (person_id);
CREATE INDEX ON shop.note (person_id);

CREATE FUNCTION shop.fill(p bigint, orders int, items int, sessions int, events int, notes int, devices int) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO shop.person VALUES (p, 'p' || p || '@shop.example', 'Person ' || p);
    INSERT INTO shop.profile VALUES (p, repeat('words ', 20));
    INSERT INTO shop.device (person_id, label) SELECT p, 'phone ' || i FROM generate_series(1, devices) i;
    INSERT INTO shop.session (person_id, ip) SELECT p, '10.0.0.1' FROM generate_series(1, sessions);
    WITH o AS (INSERT INTO shop.ord (person_id, total) SELECT p, i FROM generate_series(1, orders) i RETURNING id)
    INSERT INTO shop.item (ord_id, label) SELECT o.id, 'item ' || i FROM o, generate_series(1, items) i;
    INSERT INTO shop.event (person_id, kind, at) SELECT p, 'seen', now() FROM generate_series(1, events);
    INSERT INTO shop.note (person_id, body) SELECT p, md5(i::text) FROM generate_series(1, notes) i;
$$;
