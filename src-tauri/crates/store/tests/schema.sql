CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  display TEXT NOT NULL,
  role TEXT NOT NULL CONSTRAINT accounts_role CHECK (role IN ('clerk', 'lead', 'manager', 'administrator')),
  password_hash TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE answers (
  key TEXT PRIMARY KEY,
  body_hash BLOB NOT NULL CONSTRAINT answers_body_hash CHECK (length(body_hash) = 32),
  answer BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_by_age ON answers (at);
CREATE TABLE appointments (
  source TEXT NOT NULL REFERENCES sources (source),
  remote_id TEXT NOT NULL,
  revision TEXT,
  number TEXT NOT NULL,
  service TEXT,
  summary TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  cancelled INTEGER NOT NULL, category TEXT,
  PRIMARY KEY (source, remote_id)
) STRICT;
CREATE INDEX appointments_by_number ON appointments (number, start_at);
CREATE INDEX appointments_by_slot ON appointments (start_at);
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'audit_purged' AND through IS NOT NULL), 0)
BEGIN
  SELECT raise(ABORT, 'the audit trail is only purged through its checkpoint');
END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
  SELECT raise(ABORT, 'the audit trail is never changed');
END;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT audit_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT audit_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  place TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT,
  through INTEGER CONSTRAINT audit_through CHECK ((through IS NOT NULL) = (action IN ('tickets_purged', 'audit_purged'))),
  through_hash BLOB CONSTRAINT audit_through_hash CHECK ((through_hash IS NOT NULL) = (action = 'audit_purged')),
  hash BLOB NOT NULL CONSTRAINT audit_hash CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject) WHERE subject IS NOT NULL;
CREATE INDEX audit_purges ON audit (action, through) WHERE through IS NOT NULL;
CREATE TABLE case_keys (
  ticket BLOB PRIMARY KEY REFERENCES cases (ticket),
  wrapped BLOB NOT NULL
) STRICT;
CREATE TABLE cases (
  ticket BLOB PRIMARY KEY REFERENCES visits (ticket),
  sealed_at INTEGER NOT NULL,
  sealed BLOB,
  erased_at INTEGER, keep_until INTEGER,
  CONSTRAINT cases_sealed_or_erased CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE INDEX cases_by_age ON cases (sealed_at) WHERE sealed IS NOT NULL;
CREATE TABLE "devices" (
  id BLOB PRIMARY KEY CONSTRAINT devices_id CHECK (length(id) = 16),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT devices_kind CHECK (kind IN ('kiosk', 'board', 'tablet')),
  counter TEXT,
  admitted_by TEXT NOT NULL,
  admitted_at INTEGER NOT NULL,
  code_hash BLOB CONSTRAINT devices_code_hash CHECK (length(code_hash) = 32),
  code_expires_at INTEGER,
  code_tries INTEGER NOT NULL,
  token_hash BLOB CONSTRAINT devices_token_hash CHECK (length(token_hash) = 32),
  enrolled_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT devices_counter CHECK ((kind = 'tablet') = (counter IS NOT NULL)),
  CONSTRAINT devices_code CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
  CONSTRAINT devices_token CHECK (token_hash IS NULL OR enrolled_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX devices_by_code ON devices (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX devices_by_token ON devices (token_hash) WHERE token_hash IS NOT NULL;
CREATE UNIQUE INDEX devices_name_in_use ON devices (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX devices_tablet_in_use ON devices (counter) WHERE revoked_at IS NULL AND counter IS NOT NULL;
CREATE TRIGGER events_remain BEFORE DELETE ON events
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'audit_purged' AND through IS NOT NULL), 0)
BEGIN
  SELECT raise(ABORT, 'events are never deleted');
END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'tickets_purged' AND through IS NOT NULL), 0)
  OR OLD.body IS NULL OR NEW.body IS NOT NULL
  OR NEW.ticket IS NOT NULL OR NEW.counter IS NOT NULL OR NEW.service IS NOT NULL OR NEW.number IS NOT NULL
  OR (OLD.seq, OLD.at, OLD.day, OLD.actor_kind, OLD.actor, OLD.place, OLD.kind, OLD.hash)
    IS NOT (NEW.seq, NEW.at, NEW.day, NEW.actor_kind, NEW.actor, NEW.place, NEW.kind, NEW.hash)
BEGIN
  SELECT raise(ABORT, 'events are never changed');
END;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT events_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT events_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  place TEXT NOT NULL,
  kind TEXT NOT NULL,
  ticket BLOB CONSTRAINT events_ticket CHECK (length(ticket) = 16),
  counter TEXT,
  service TEXT,
  number TEXT,
  body BLOB,
  detail_hash BLOB CONSTRAINT events_detail CHECK ((detail_hash IS NULL) = (body IS NOT NULL)),
  hash BLOB NOT NULL CONSTRAINT events_hash CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX events_by_ticket ON events (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX events_days ON events (seq) WHERE kind = 'day_started';
CREATE INDEX events_leases ON events (day) WHERE kind = 'leased';
CREATE TABLE handovers (
  target TEXT NOT NULL,
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  procedure TEXT NOT NULL,
  stand BLOB NOT NULL CONSTRAINT handovers_stand CHECK (length(stand) = 32),
  at INTEGER NOT NULL,
  PRIMARY KEY (target, ticket, procedure)
) STRICT;
CREATE INDEX handovers_by_ticket ON handovers (ticket);
CREATE TABLE office (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;
CREATE TABLE prepared (
  prepared BLOB PRIMARY KEY CONSTRAINT prepared_id CHECK (length(prepared) = 16),
  source TEXT,
  remote_id TEXT,
  announced BLOB CONSTRAINT prepared_announced CHECK (length(announced) = 32),
  day TEXT NOT NULL,
  service TEXT NOT NULL,
  life_event TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  touched INTEGER NOT NULL DEFAULT 0,
  sealed BLOB,
  wrapped BLOB,
  erased_at INTEGER,
  ticket BLOB REFERENCES visits (ticket),
  attached_at INTEGER,
  merged INTEGER,
  before_sealed BLOB,
  before_wrapped BLOB,
  CONSTRAINT prepared_known CHECK ((source IS NULL) = (remote_id IS NULL) AND (source IS NULL) <> (announced IS NULL)),
  CONSTRAINT prepared_sealed CHECK ((sealed IS NULL) = (wrapped IS NULL)),
  CONSTRAINT prepared_somewhere CHECK (sealed IS NOT NULL OR ticket IS NOT NULL OR erased_at IS NOT NULL),
  CONSTRAINT prepared_attached CHECK ((ticket IS NULL) = (attached_at IS NULL)),
  CONSTRAINT prepared_before CHECK (
    (before_sealed IS NULL) = (before_wrapped IS NULL) AND (before_sealed IS NULL OR merged IS NOT NULL))
) STRICT;
CREATE INDEX prepared_by_day ON prepared (day);
CREATE UNIQUE INDEX prepared_of_announced ON prepared (announced) WHERE announced IS NOT NULL;
CREATE UNIQUE INDEX prepared_of_booking ON prepared (source, remote_id) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX prepared_of_ticket ON prepared (ticket) WHERE ticket IS NOT NULL;
CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY CONSTRAINT sessions_token_hash CHECK (length(token_hash) = 32),
  account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE TABLE sources (
  source TEXT PRIMARY KEY,
  cursor TEXT,
  pulled_at INTEGER,
  attempted_at INTEGER NOT NULL,
  ok INTEGER NOT NULL
) STRICT;
CREATE TABLE stops (
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  stop INTEGER NOT NULL,
  service TEXT NOT NULL,
  waiting_since INTEGER NOT NULL,
  counter TEXT,
  first_called_at INTEGER,
  called_at INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  outcome TEXT NOT NULL,
  called_before INTEGER,
  started_before INTEGER,
  PRIMARY KEY (ticket, stop)
) STRICT;
CREATE TABLE visit_tokens (
  token TEXT PRIMARY KEY,
  ticket BLOB NOT NULL CONSTRAINT visit_tokens_ticket UNIQUE REFERENCES visits (ticket)
) STRICT;
CREATE TABLE visits (
  ticket BLOB PRIMARY KEY CONSTRAINT visits_ticket CHECK (length(ticket) = 16),
  day TEXT NOT NULL,
  number TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL,
  language TEXT NOT NULL,
  has_case INTEGER NOT NULL,
  slip TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  booking TEXT,
  booked_for INTEGER,
  counter TEXT,
  first_called_at INTEGER,
  called_at INTEGER,
  calls INTEGER NOT NULL,
  reason TEXT,
  started_at INTEGER,
  ended_at INTEGER
, present TEXT, stops_done INTEGER NOT NULL DEFAULT 0, considerate INTEGER NOT NULL DEFAULT 0, leased INTEGER NOT NULL DEFAULT 0, after_hours INTEGER NOT NULL DEFAULT 0, cancelled_for TEXT) STRICT;
CREATE UNIQUE INDEX visits_booking_once_a_day ON visits (day, booking)
  WHERE booking IS NOT NULL AND state <> 'cancelled';
CREATE INDEX visits_by_day ON visits (day);
CREATE UNIQUE INDEX visits_number_in_force ON visits (day, number)
  WHERE state IN ('waiting', 'called', 'serving', 'held', 'no_show');
CREATE UNIQUE INDEX visits_one_at_a_counter ON visits (day, counter)
  WHERE state IN ('called', 'serving');
PRAGMA user_version = 2026112331;
