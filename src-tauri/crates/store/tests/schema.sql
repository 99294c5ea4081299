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
  cancelled INTEGER NOT NULL,
  PRIMARY KEY (source, remote_id)
) STRICT;
CREATE INDEX appointments_by_number ON appointments (number, start_at);
CREATE INDEX appointments_by_slot ON appointments (start_at);
CREATE TABLE case_keys (
  ticket BLOB PRIMARY KEY REFERENCES cases (ticket),
  wrapped BLOB NOT NULL
) STRICT;
CREATE TRIGGER case_openings_remain BEFORE DELETE ON case_openings
BEGIN SELECT RAISE(ABORT, 'case_openings_remain'); END;
CREATE TRIGGER case_openings_stay BEFORE UPDATE ON case_openings
BEGIN SELECT RAISE(ABORT, 'case_openings_stay'); END;
CREATE TABLE case_openings (
  id INTEGER PRIMARY KEY,
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  clerk TEXT NOT NULL,
  purpose TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_openings_by_ticket ON case_openings (ticket);
CREATE TABLE cases (
  ticket BLOB PRIMARY KEY REFERENCES visits (ticket),
  sealed_at INTEGER NOT NULL,
  sealed BLOB,
  erased_at INTEGER,
  CONSTRAINT cases_sealed_or_erased CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE INDEX cases_by_age ON cases (sealed_at) WHERE sealed IS NOT NULL;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN
  SELECT raise(ABORT, 'events are never deleted');
END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN
  SELECT raise(ABORT, 'events are never changed');
END;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT events_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT events_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  kind TEXT NOT NULL,
  ticket BLOB CONSTRAINT events_ticket CHECK (length(ticket) = 16),
  counter TEXT,
  service TEXT,
  number TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_ticket ON events (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX events_days ON events (seq) WHERE kind = 'day_started';
CREATE TABLE office (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;
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
) STRICT;
CREATE UNIQUE INDEX visits_booking_once_a_day ON visits (day, booking)
  WHERE booking IS NOT NULL AND state <> 'cancelled';
CREATE INDEX visits_by_day ON visits (day);
CREATE UNIQUE INDEX visits_number_in_force ON visits (day, number)
  WHERE state IN ('waiting', 'called', 'serving', 'no_show');
CREATE UNIQUE INDEX visits_one_at_a_counter ON visits (day, counter)
  WHERE state IN ('called', 'serving');
PRAGMA user_version = 2026112209;
