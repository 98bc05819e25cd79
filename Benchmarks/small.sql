-- 2,000 people with eight tables of 60 rows each, under row security: what `make bench` exports one after another.
create schema small;
create table small.people (id uuid primary key, email text not null unique);
insert into small.people
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'p' || n || '@example.com'
  from generate_series(1, 2000) n;
do $$
begin
    for t in 1..8 loop
        execute format($sql$
            create table small.t%1$s (
                id bigint primary key,
                person_id uuid not null references small.people (id),
                title text not null,
                body text not null,
                state int not null,
                details jsonb not null,
                created_at timestamptz not null
            );
            insert into small.t%1$s
            select r * 2000 + p, ('00000000-0000-7000-8000-' || lpad(to_hex(p), 12, '0'))::uuid, 'Title ' || r,
                   'A sentence of some length, number ' || r || ', as people write them: “yes”, she said.', r %% 5,
                   jsonb_build_object('n', r, 'tag', 'x' || p %% 7), timestamptz '2026-01-01 08:00Z' + r * interval '1 h'
              from generate_series(1, 60) r, generate_series(1, 2000) p;
            create index on small.t%1$s (person_id, id);
            alter table small.t%1$s enable row level security;
            alter table small.t%1$s force row level security;
            create policy own on small.t%1$s
                using (person_id = nullif(current_setting('app.person', true), '')::uuid);
        $sql$, t);
    end loop;
end $$;
alter table small.people enable row level security;
alter table small.people force row level security;
create policy own on small.people using (id = nullif(current_setting('app.person', true), '')::uuid);
vacuum analyze;
