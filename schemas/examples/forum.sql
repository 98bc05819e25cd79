-- A forum that has grown for years: keys of two columns, accounts signed in by token, tables without foreign keys,
-- numbers kept as text, rows that two people own. docs/map-examples.md describes it, forum.map.yaml maps it.
create schema forum;

-- A member is known by community and number; the token names their account.
create table forum.members (
    community int not null,
    number int not null,
    account uuid not null unique,
    handle text not null unique,
    email text not null unique,
    password_hash text not null,
    primary key (community, number)
);

-- Threads and posts refer to each other.
create table forum.threads (
    id bigint primary key,
    community int not null,
    started_by int not null,
    first_post bigint,
    title text not null,
    foreign key (community, started_by) references forum.members (community, number)
);
create index on forum.threads (community, started_by);

create table forum.posts (
    id bigint primary key,
    thread bigint not null references forum.threads (id),
    author text not null,                    -- a handle; no foreign key
    reply_to bigint references forum.posts (id),
    body text not null,
    posted_at timestamptz not null
);
create index on forum.posts (thread);
create index on forum.posts (author);
create index on forum.posts (reply_to);
alter table forum.threads add foreign key (first_post) references forum.posts (id) deferrable initially deferred;
create index on forum.threads (first_post);

-- A letter belongs to both who wrote it and who got it.
create table forum.letters (
    id bigint primary key,
    community int not null,
    sender int not null,
    recipient int not null,
    body text not null,
    foreign key (community, sender) references forum.members (community, number),
    foreign key (community, recipient) references forum.members (community, number)
);
create index on forum.letters (community, sender);
create index on forum.letters (community, recipient);

-- Newsletter jobs know an address, or an account as text, as the old system had it.
create table forum.mailings (
    id bigint primary key,
    address text,
    account_ref text,
    topic text not null
);
create index on forum.mailings (address);
create index on forum.mailings (account_ref);

alter table forum.members enable row level security;
alter table forum.members force row level security;
alter table forum.threads enable row level security;
alter table forum.threads force row level security;
alter table forum.posts enable row level security;
alter table forum.posts force row level security;
alter table forum.letters enable row level security;
alter table forum.letters force row level security;
alter table forum.mailings enable row level security;
alter table forum.mailings force row level security;

create function forum.account() returns uuid language sql stable
    return (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid;

create policy own on forum.members using (account = forum.account());
create policy own on forum.threads
    using ((community, started_by) in (select community, number from forum.members));
create policy own on forum.posts using (author in (select handle from forum.members));
create policy own on forum.letters
    using ((community, sender) in (select community, number from forum.members)
        or (community, recipient) in (select community, number from forum.members));
create policy own on forum.mailings
    using (address in (select email from forum.members) or account_ref in (select account::text from forum.members));
