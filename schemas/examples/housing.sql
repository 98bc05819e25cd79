-- A housing association: two kinds of people, what they share, what only mentions them, and a tree of folders.
-- docs/map-examples.md describes it, housing.map.yaml maps it, MapExamplesTests exports it.
create schema people;
create schema housing;

create table housing.addresses (
    id int primary key,
    street text not null,
    town text not null
);

create table people.tenants (
    id uuid primary key,
    name text not null,
    email text not null unique,
    address_id int references housing.addresses (id),
    moved_in date not null
);
create index on people.tenants (address_id);

-- Whom to call when something happens. They have no account; some stand in several tenants' lists.
create table people.emergency_contacts (
    id bigint generated always as identity primary key,
    tenant_id uuid not null references people.tenants (id),
    name text not null,
    email text not null,
    relation text,
    remarks text
);
create index on people.emergency_contacts (tenant_id);
create index on people.emergency_contacts (email);

-- Folders within folders; only the outermost names its tenant.
create table housing.folders (
    id int primary key,
    tenant_id uuid references people.tenants (id),
    parent_id int references housing.folders (id),
    title text not null
);
create index on housing.folders (tenant_id);
create index on housing.folders (parent_id);

create table housing.papers (
    id int primary key,
    folder_id int not null references housing.folders (id),
    title text not null
);
create index on housing.papers (folder_id);

-- A complaint belongs to whoever made it, and may be about a neighbour.
create table housing.complaints (
    id int primary key,
    made_by uuid not null references people.tenants (id),
    about uuid references people.tenants (id),
    subject text not null,
    body text not null,
    made_at timestamptz not null
);
create index on housing.complaints (made_by);
create index on housing.complaints (about);

alter table people.tenants enable row level security;
alter table people.tenants force row level security;
alter table people.emergency_contacts enable row level security;
alter table people.emergency_contacts force row level security;
alter table housing.addresses enable row level security;
alter table housing.addresses force row level security;
alter table housing.folders enable row level security;
alter table housing.folders force row level security;
alter table housing.papers enable row level security;
alter table housing.papers force row level security;
alter table housing.complaints enable row level security;
alter table housing.complaints force row level security;

create function housing.tenant() returns uuid language sql stable
    return nullif(current_setting('app.tenant', true), '')::uuid;

create policy own on people.tenants using (id = housing.tenant());
create policy own on people.emergency_contacts using (tenant_id = housing.tenant());
create policy contact on people.emergency_contacts for select
    using (email = nullif(current_setting('app.contact_email', true), ''));
create policy home on housing.addresses
    using (id in (select address_id from people.tenants where people.tenants.id = housing.tenant()));
create policy own on housing.complaints using (made_by = housing.tenant());
create policy about on housing.complaints for select using (about = housing.tenant());

-- A policy can't ask its own table, so the tree is walked by a function of the owner's.
create function housing.folders_of_tenant() returns setof int language sql stable security definer
    set search_path = pg_catalog, pg_temp set row_security = off
begin atomic
    with recursive tree as (
        select id from housing.folders where tenant_id = housing.tenant()
        union
        select f.id from housing.folders f join tree on f.parent_id = tree.id)
    select id from tree;
end;
create policy own on housing.folders using (id in (select housing.folders_of_tenant()));
create policy own on housing.papers using (folder_id in (select housing.folders_of_tenant()));
