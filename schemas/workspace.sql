-- The demonstration product: a work-memory assistant. It remembers contacts, tasks, conversations and documents,
-- writes briefings with AI models, and bills for it.
--
-- Run it as a superuser, with psql or as one multi-statement query, in a database that has no schema "workspace":
-- plain SQL, no psql commands, no BEGIN or COMMIT of its own.
--
-- Whose row is it? Every table of user data has row-level security, enabled and forced, keyed on the setting
-- app.user_id. The policies are written so that they use indexes: the setting is compared as uuid, and a table without
-- user_id asks its parent by "= any(array(select id from parent))", which is filtered by the parent's own policy.
--
-- Every foreign key has an index but one, as in life: assistant_runs.document_id.

create extension if not exists citext with schema public;

-- Roles belong to the cluster; several databases may run this script at once. --------------------------------------

do $$
begin
    create role workspace_owner nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    create role workspace_app login nosuperuser nobypassrls nocreaterole nocreatedb;
exception
    when duplicate_object or unique_violation then null;
end
$$;

create schema workspace authorization workspace_owner;
set role workspace_owner;

create type workspace.plan as enum ('free', 'personal', 'team', 'legacy 2024');
create type workspace.task_state as enum ('open', 'waiting', 'done', 'dropped');
create type workspace.author as enum ('user', 'assistant', 'outside');
create type workspace.document_kind as enum ('page', 'upload', 'scan', 'recording');
create type workspace.briefing_kind as enum ('morning', 'meeting', 'weekly');
create type workspace.provider as enum ('northlight', 'tallgrass', 'self-hosted');

-- People ------------------------------------------------------------------------------------------------------------

create table workspace.users (
    id uuid primary key default gen_random_uuid(),
    email public.citext not null unique,
    display_name text not null,
    password_hash text,
    totp_secret bytea,
    plan workspace.plan not null default 'free',
    is_active boolean not null default true,
    settings jsonb not null default '{}',
    avatar_document_id uuid,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz
);

create table workspace.profiles (
    user_id uuid primary key references workspace.users (id),
    "preferredName" text,
    job_title text,
    bio text,
    phone text,
    locale text not null default 'en',
    "timeZone" text not null default 'UTC',
    birthday date,
    hourly_rate numeric(12, 2),
    reminder_lead interval not null default '15 minutes',
    working_days text[] not null default '{mon,tue,wed,thu,fri}',
    preferences json,
    wants_newsletter boolean,
    updated_at timestamptz not null default now()
);

create table workspace.contacts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    name text not null,
    email public.citext,
    phone text,
    company text,
    notes text,
    tags text[] not null default '{}',
    birthday date,
    closeness double precision,
    photo bytea,
    address jsonb,
    is_favourite boolean not null default false,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
);

-- Work --------------------------------------------------------------------------------------------------------------

create table workspace.tasks (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    parent_id uuid references workspace.tasks (id),
    contact_id uuid references workspace.contacts (id),
    title text not null,
    notes text,
    state workspace.task_state not null default 'open',
    labels text[],
    position double precision not null default 0,
    estimate interval,
    budget numeric(12, 2),
    due_on date,
    remind_at timestamp,
    created_at timestamptz not null default now(),
    completed_at timestamptz,
    deleted_at timestamptz
);

create table workspace.conversations (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    title text not null,
    summary text,
    is_pinned boolean not null default false,
    settings jsonb,
    started_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table workspace.messages (
    id bigint generated always as identity (start with 1000000000) primary key,
    conversation_id uuid not null references workspace.conversations (id),
    author workspace.author not null,
    author_name text,
    author_email public.citext,
    body text not null,
    model text,
    prompt_tokens integer,
    completion_tokens integer,
    metadata jsonb,
    created_at timestamptz not null default now()
);

create table workspace.documents (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    title text not null,
    kind workspace.document_kind not null,
    body text,
    storage_key text unique,
    file_name text,
    byte_size bigint,
    sha256 text,
    media_type text,
    thumbnail bytea,
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    check (num_nulls(storage_key, file_name, byte_size, sha256, media_type) in (0, 5))
);

create table workspace.document_versions (
    document_id uuid not null references workspace.documents (id),
    version integer not null,
    storage_key text not null unique,
    file_name text not null,
    byte_size bigint not null,
    sha256 text not null,
    media_type text not null,
    change_note text,
    created_at timestamptz not null default now(),
    primary key (document_id, version)
);

alter table workspace.users add foreign key (avatar_document_id) references workspace.documents (id)
    deferrable initially deferred;

-- What machines wrote and saw ---------------------------------------------------------------------------------------

create table workspace.briefings (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    conversation_id uuid references workspace.conversations (id),
    kind workspace.briefing_kind not null,
    for_day date not null,
    title text not null,
    body text not null,
    sources json,
    confidence double precision,
    model text not null,
    generated_at timestamptz not null default now(),
    read_at timestamptz
);

create table workspace.assistant_runs (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    conversation_id uuid references workspace.conversations (id),
    document_id uuid references workspace.documents (id),
    provider workspace.provider not null,
    model text not null,
    prompt text not null,
    request json not null,
    response jsonb,
    input_tokens integer not null,
    output_tokens integer,
    cost numeric(12, 2),
    took interval,
    started_at timestamptz not null default now()
);

create table workspace.activity (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null references workspace.users (id),
    kind text not null,
    detail jsonb not null default '{}',
    ip inet,
    seconds double precision,
    local_time timestamp,
    occurred_at timestamptz not null default now(),
    primary key (id, occurred_at)
) partition by range (occurred_at);

do $$
declare
    month timestamp;
begin
    for month in select generate_series('2026-01-01'::timestamp, '2026-12-01', '1 month') loop
        execute format(
            'create table workspace.activity_%s partition of workspace.activity for values from (%L) to (%L)',
            to_char(month, 'YYYY_MM'), month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    end loop;
end
$$;
create table workspace.activity_default partition of workspace.activity default;

-- Keys --------------------------------------------------------------------------------------------------------------

create table workspace.sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references workspace.users (id) on delete cascade,
    token_hash text not null unique,
    ip inet,
    user_agent text,
    idle_limit interval not null default '14 days',
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);

create table workspace.api_keys (
    id bigint generated by default as identity (start with 1000000000) primary key,
    user_id uuid not null references workspace.users (id),
    name text not null,
    key_hash text not null unique,
    scopes text[] not null default '{}',
    allowed_from inet,
    expires_on date,
    created_at timestamptz not null default now(),
    last_used_at timestamptz
);

-- Money -------------------------------------------------------------------------------------------------------------

create table workspace.billing_customers (
    id bigint generated by default as identity (start with 1000000000) primary key,
    user_id uuid not null unique references workspace.users (id),
    name text not null,
    email public.citext not null,
    address text,
    vat_id text,
    balance numeric(12, 2) not null default 0,
    tax_details jsonb,
    created_at timestamptz not null default now()
);

create table workspace.invoices (
    id uuid primary key default gen_random_uuid(),
    customer_id bigint not null references workspace.billing_customers (id),
    number text not null unique,
    issued_on date not null,
    due_on date,
    currency text not null default 'EUR',
    total numeric(12, 2) not null,
    is_paid boolean not null default false,
    memo text,
    pdf_key text unique,
    created_at timestamptz not null default now()
);

create table workspace.invoice_lines (
    invoice_id uuid not null references workspace.invoices (id),
    line_number integer not null,
    description text not null,
    quantity double precision not null default 1,
    unit_price numeric(12, 2) not null,
    amount numeric(12, 2) not null,
    primary key (invoice_id, line_number)
);

-- Indexes: every foreign key and every policy column, but for assistant_runs.document_id. ----------------------------

create index on workspace.users (avatar_document_id);
create index on workspace.contacts (user_id);
create index on workspace.tasks (user_id);
create index on workspace.tasks (parent_id);
create index on workspace.tasks (contact_id);
create index on workspace.conversations (user_id);
create index on workspace.messages (conversation_id, id);
create index on workspace.documents (user_id);
create index on workspace.briefings (user_id);
create index on workspace.briefings (conversation_id);
create index on workspace.assistant_runs (user_id);
create index on workspace.assistant_runs (conversation_id);
create index on workspace.activity (user_id, occurred_at);
create index on workspace.sessions (user_id);
create index on workspace.api_keys (user_id);
create index on workspace.invoices (customer_id);

-- Row-level security -------------------------------------------------------------------------------------------------

create policy own on workspace.users
    using (id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.profiles
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.contacts
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.tasks
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.conversations
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.messages
    using (conversation_id = any (array(select id from workspace.conversations)));
create policy own on workspace.documents
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.document_versions
    using (document_id = any (array(select id from workspace.documents)));
create policy own on workspace.briefings
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.assistant_runs
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.activity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.sessions
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.api_keys
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.billing_customers
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on workspace.invoices
    using (customer_id = any (array(select id from workspace.billing_customers)));
create policy own on workspace.invoice_lines
    using (invoice_id = any (array(select id from workspace.invoices)));

-- Every table of the schema, the partitions too: without a policy of its own a partition shows no row by its name.
do $$
declare
    relation regclass;
begin
    for relation in
        select oid from pg_class where relnamespace = 'workspace'::regnamespace and relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', relation);
        execute format('alter table %s force row level security', relation);
    end loop;
end
$$;

-- What the product may do: everything in the tables, nothing in the partitions by name. ------------------------------

grant usage on schema workspace to workspace_app;
grant select, insert, update, delete on
    workspace.users, workspace.profiles, workspace.contacts, workspace.tasks, workspace.conversations,
    workspace.messages, workspace.documents, workspace.document_versions, workspace.briefings,
    workspace.assistant_runs, workspace.activity, workspace.sessions, workspace.api_keys,
    workspace.billing_customers, workspace.invoices, workspace.invoice_lines
    to workspace_app;

-- Comments -----------------------------------------------------------------------------------------------------------

comment on schema workspace is 'A work-memory assistant: what people told it, what it remembers, what it sent out.';
comment on table workspace.users is 'One row per account.';
comment on column workspace.users.password_hash is 'Secret: argon2id. Null for people who sign in elsewhere.';
comment on column workspace.users.totp_secret is 'Secret: the shared key of the second factor.';
comment on column workspace.users.avatar_document_id is
    'Closes a cycle with documents.user_id; checked at commit, so both rows can be written in one transaction.';
comment on table workspace.profiles is 'What people say about themselves; absent until they say something.';
comment on column workspace.profiles."preferredName" is 'Named by the web client, hence the capital letter.';
comment on column workspace.profiles.preferences is 'Type json: kept exactly as the client sent it.';
comment on table workspace.contacts is 'Other people as the user knows them: personal data of third parties.';
comment on column workspace.contacts.closeness is '0 to 1, computed by the assistant from the conversations.';
comment on column workspace.contacts.deleted_at is 'In the bin since then; still personal data.';
comment on table workspace.tasks is 'Things to do, nested through parent_id.';
comment on column workspace.tasks.remind_at is 'Wall-clock time in the user''s own time zone, hence without one.';
comment on column workspace.tasks.deleted_at is 'In the bin since then; still personal data.';
comment on table workspace.conversations is 'Threads of messages between the user, the assistant and outside people.';
comment on column workspace.conversations.deleted_at is 'In the bin since then; still personal data.';
comment on table workspace.messages is 'The messages of a conversation; whose they are is told by the conversation.';
comment on column workspace.messages.id is 'Starts at 1,000,000,000: ids below belong to imported messages.';
comment on column workspace.messages.author_email is 'Of an outside author: personal data of a third party.';
comment on column workspace.messages.model is 'Of an assistant''s message: the model that wrote it.';
comment on table workspace.documents is 'Uploaded files, and pages written in the product (these have no file).';
comment on column workspace.documents.storage_key is 'Key of the current file in the object store; null for a page.';
comment on column workspace.documents.file_name is 'As uploaded: any text, the empty one included. Never a path.';
comment on column workspace.documents.deleted_at is 'In the bin since then; still personal data.';
comment on table workspace.document_versions is 'Earlier files of a document, each with a key of its own.';
comment on table workspace.briefings is 'Written by AI models from the user''s own data.';
comment on column workspace.briefings.confidence is 'The model''s own estimate; NaN when it gave none.';
comment on table workspace.assistant_runs is 'What was sent to which AI provider, and what came back.';
comment on column workspace.assistant_runs.document_id is 'The one foreign key without an index.';
comment on column workspace.assistant_runs.request is 'Type json: the body exactly as it was sent to the provider.';
comment on table workspace.activity is 'Observed usage, partitioned by month (UTC).';
comment on table workspace.sessions is 'Sign-ins by browser or application.';
comment on column workspace.sessions.token_hash is 'Secret: SHA-256 of the session token.';
comment on table workspace.api_keys is 'Keys for programs.';
comment on column workspace.api_keys.key_hash is 'Secret: SHA-256 of the key.';
comment on column workspace.api_keys.allowed_from is 'An address or a network the key may be used from.';
comment on table workspace.billing_customers is 'Who pays; at most one per user.';
comment on table workspace.invoices is 'Kept for the tax office; whose they are is told by the billing customer.';
comment on column workspace.invoices.pdf_key is 'Key of the PDF in the object store; its name is the invoice number.';
comment on table workspace.invoice_lines is 'What was charged.';

reset role;
