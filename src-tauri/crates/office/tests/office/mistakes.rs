//! Whatever is broken in a configuration is named with file, line and key, and what was expected.

use std::{fs, path::Path};

use office::Mistake;

use crate::{change, copied, line_is_meant, lines, load, relative};

#[test]
fn every_mistake_names_file_line_key_and_what_was_expected() {
    let mut misses = Vec::new();
    for (file, from, to, expected) in [
        // A key that does not exist.
        (
            "office.toml",
            "zone =",
            "zoen =",
            "office.toml: zoen: unknown field `zoen`, expected one of `id`, `name`, `telephone`, `zone`, `day_starts`, `wait_threshold_minutes`, `language`, `hours`, `hub`, `kiosk`, `board`, `retention`, `case`, `card`, `printer`, `slip`",
        ),
        (
            "services.toml",
            "letter = \"B\"",
            "leter = \"B\"",
            "services.toml: service[1].leter: unknown field `leter`, expected one of",
        ),
        // Wrong types.
        (
            "office.toml",
            "idle_seconds = 60",
            "idle_seconds = \"60\"",
            "office.toml: kiosk.idle_seconds: invalid type: string \"60\", expected u16",
        ),
        (
            "office.toml",
            "always_open = true",
            "always_open = 1",
            "office.toml: hours.always_open: invalid type: integer `1`, expected a boolean",
        ),
        (
            "office.toml",
            "name = { ja = \"福山市 市民課\", en = \"Fukuyama City, Citizens Division\" }",
            "name = 5",
            "office.toml: name: invalid type: integer `5`, expected a text: \"日本語\" or { ja = \"日本語\", en = \"English\" }",
        ),
        (
            "menu.toml",
            "label = { ja = \"保険・年金\", en = ",
            "label = { en = ",
            "menu.toml: entry[4].label: missing field `ja`",
        ),
        // Not TOML at all.
        ("menu.toml", "id = \"moving\"", "id = moving", "menu.toml: "),
        (
            "menu.toml",
            "[[entry]]\nid = \"moving\"",
            "[[entry]\nid = \"moving\"",
            "menu.toml: ",
        ),
        // Values out of range.
        (
            "office.toml",
            "Asia/Tokyo",
            "Asia/Fukuyama",
            "office.toml: zone: expected the IANA name of a zone, such as \"Asia/Tokyo\"",
        ),
        (
            "office.toml",
            "\"127.0.0.1:8470\"",
            "\"localhost\"",
            "office.toml: hub.listen: expected an IP address and a port, such as \"127.0.0.1:8470\"",
        ),
        (
            "office.toml",
            "\"http://127.0.0.1:8470\"",
            "\"127.0.0.1:8470/\"",
            "office.toml: hub.public_url: expected http:// or https:// and a host",
        ),
        (
            "office.toml",
            "idle_seconds = 60",
            "idle_seconds = 5",
            "office.toml: kiosk.idle_seconds: expected 10 to 600, got 5",
        ),
        (
            "office.toml",
            "names = [\"kiosk-1\"]",
            "names = [\"\"]",
            "office.toml: kiosk.names: expected 1 to 50 names",
        ),
        (
            "office.toml",
            "generic-80",
            "genric-80",
            "office.toml: printer.profile: there is no printers/genric-80.toml; printers are epson-tm-m30iii-58, ",
        ),
        (
            "office.toml",
            "address = \"127.0.0.1:9100\"",
            "address = \"printer\"",
            "office.toml: printer.address: expected a host and a port such as \"192.0.2.10:9100\"",
        ),
        (
            "office.toml",
            "address = \"127.0.0.1:9100\"",
            "address = \"serial:/dev/ttyUSB0\"",
            "office.toml: printer.address: expected the line's speed",
        ),
        (
            "office.toml",
            "tag = \"ja\"",
            "tag = \"fr\"",
            "office.toml: language[0]: expected up to 20 languages with \"ja\" among them",
        ),
        (
            "office.toml",
            "tag = \"en\"",
            "tag = \"vi\"",
            "words/vi.toml: the file is missing",
        ),
        (
            "office.toml",
            "day_starts = \"04:00\"",
            "day_starts = \"4 am\"",
            "office.toml: day_starts: invalid value: string \"4 am\", expected a time of day from \"00:00\" to \"23:59\"",
        ),
        (
            "printers/generic-80.toml",
            "dots = 576",
            "dots = 5760",
            "printers/generic-80.toml: dots: `dots` is 5760, expected 128 to 2040",
        ),
        (
            "printers/generic-80.toml",
            "cut = \"partial\"",
            "cut = \"half\"",
            "printers/generic-80.toml: cut: unknown variant `half`, expected one of `partial`, `full`, `tear`",
        ),
        // The card reader.
        (
            "office.toml",
            "readers = []",
            "readers = \"PaSoRi\"",
            "office.toml: card.readers: invalid type: string \"PaSoRi\", expected a sequence",
        ),
        (
            "office.toml",
            "readers = []",
            "readers = [\"PaSoRi\", \"\"]",
            "office.toml: card.readers[1]: expected 1 to 100 characters of the reader's name",
        ),
        (
            "office.toml",
            "readers = []",
            "readers = [\"PaSoRi\", \"pasori\"]",
            "office.toml: card.readers[1]: this name stands here already",
        ),
        (
            "office.toml",
            "readers = []",
            "readers = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\"]",
            "office.toml: card.readers[8]: expected at most 8",
        ),
        (
            "office.toml",
            "issuer_keys = []",
            "issuer_keys = [\"issuer\"]",
            "office.toml: card.issuer_keys[0]: there is no issuer-keys/issuer.toml; the folder has none",
        ),
        (
            "office.toml",
            "issuer_keys = []",
            "issuer_keys = [\"../office\"]",
            "office.toml: card.issuer_keys[0]: there is no issuer-keys/../office.toml",
        ),
        (
            "office.toml",
            "command_seconds = 3",
            "command_seconds = 0",
            "office.toml: card.command_seconds: expected 1 to 10, got 0",
        ),
        (
            "office.toml",
            "session_seconds = 20",
            "session_seconds = 120",
            "office.toml: card.session_seconds: expected 5 to 60, got 120",
        ),
        // Services and counters.
        (
            "services.toml",
            "letter = \"B\"",
            "letter = \"A\"",
            "services.toml: service[1].letter: services certificates and moving share numbers of one letter",
        ),
        (
            "services.toml",
            "letter = \"B\"",
            "letter = \"O\"",
            "services.toml: service[1].letter: service moving: letter 'O' is not one of A-Z without I, O and Q",
        ),
        (
            "services.toml",
            "letter = \"B\"",
            "letter = \"BB\"",
            "services.toml: service[1].letter: invalid value: string \"BB\", expected a character",
        ),
        (
            "services.toml",
            "id = \"moving\"",
            "id = \"certificates\"",
            "services.toml: service[1].id: service certificates is defined twice",
        ),
        (
            "services.toml",
            "hours = \"08:30-17:15\"",
            "hours = \"8.30-17:15\"",
            "services.toml: service[0].hours: invalid value: string \"8.30-17:15\", expected hours: \"08:30-17:15\", [\"08:30-12:00\", \"13:00-17:15\"], or [] for none",
        ),
        (
            "services.toml",
            "hours = \"08:30-17:15\"",
            "hours = \"17:15-08:30\"",
            "services.toml: service[0].hours: invalid value: string \"17:15-08:30\", expected hours: ",
        ),
        (
            "services.toml",
            "hours = \"08:30-17:15\"",
            "hours = \"08:30-24:01\"",
            "services.toml: service[0].hours: invalid value: string \"08:30-24:01\", expected hours: ",
        ),
        (
            "services.toml",
            "hours = [\"08:30-12:00\", \"13:00-17:00\"]",
            "hours = [\"08:30-12:00\", \"11:00-17:00\"]",
            "services.toml: service[3].hours: \"11:00-17:00\" does not begin after the span before it has ended",
        ),
        (
            "services.toml",
            "wed = [",
            "mid = [",
            "services.toml: service[3].weekdays.mid: unknown field `mid`, expected one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`",
        ),
        (
            "services.toml",
            "after_closing = \"clerk_may\"",
            "after_closing = \"maybe\"",
            "services.toml: service[0].after_closing: unknown variant `maybe`, expected `refuse` or `clerk_may`",
        ),
        (
            "services.toml",
            "minutes = 6",
            "minutes = 0",
            "services.toml: service[0].minutes: expected 1 to 480, got 0",
        ),
        (
            "services.toml",
            "capacity = 150",
            "capacity = 0",
            "services.toml: service[3].id: service mynumber: a capacity must be at least 1",
        ),
        (
            "services.toml",
            "weight = 50",
            "weight = 5",
            "services.toml: counter[0].services[1]: expected a weight of 10 to 1000 percent, got 5",
        ),
        (
            "services.toml",
            "weight = 50",
            "wait = 50",
            "services.toml: counter[0].services[1]",
        ),
        (
            "services.toml",
            "priority_every = 2",
            "priority_every = 0",
            "services.toml: calling: calling: priority_every must be at least 1",
        ),
        // The calendar.
        (
            "calendar.toml",
            "\"sat\", \"sun\"",
            "\"sat\", \"sonntag\"",
            "calendar.toml: weekend[1]: unknown variant `sonntag`, expected one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`",
        ),
        (
            "calendar.toml",
            "\"2026-01-12\"",
            "\"2026-02-30\"",
            "calendar.toml: holidays[1]: expected a date such as \"2026-11-24\"",
        ),
        (
            "calendar.toml",
            "\"2026-01-12\"",
            "\"2026-01-01\"",
            "calendar.toml: holidays[1]: this day stands here already",
        ),
        (
            "calendar.toml",
            "until = \"2027-01-03\"",
            "until = \"2026-01-03\"",
            "calendar.toml: closed[0].until: expected a day from 2026-12-29 on, at most 366 days later",
        ),
        (
            "calendar.toml",
            "date = \"2026-12-06\"",
            "date = \"2026-12-30\"",
            "calendar.toml: opening[0].date: expected a day that does not lie in [[closed]]",
        ),
        (
            "calendar.toml",
            "date = \"2027-04-04\"",
            "date = \"2027-03-28\"",
            "calendar.toml: opening[2].date: another [[opening]] has the same date",
        ),
        (
            "calendar.toml",
            "\"certificates\", \"mynumber\"",
            "\"certificates\", \"my_number\"",
            "calendar.toml: opening[0].services[1]: there is no service \"my_number\"",
        ),
        // The hub, the leases, the boards, what is kept.
        (
            "office.toml",
            "\nnames = []",
            "\nnames = [\"https://hub\"]",
            "office.toml: hub.names[0]: expected a host name or an IP address without a port",
        ),
        (
            "office.toml",
            "\nnames = []",
            "\nnames = [\"hub\", \"HUB\"]",
            "office.toml: hub.names[1]: this name stands here already",
        ),
        (
            "office.toml",
            "\nnames = []",
            "\nnames = [\"192.0.2.300\"]",
            "office.toml: hub.names[0]: expected a host name or an IP address without a port",
        ),
        (
            "office.toml",
            "lease_numbers = 10",
            "lease_numbers = 300",
            "office.toml: kiosk.lease_numbers: expected 0 to 200, got 300",
        ),
        (
            "office.toml",
            "id = \"insurance\"",
            "id = \"hall\"",
            "office.toml: board[1].id: another board has the same id",
        ),
        (
            "office.toml",
            "services = [\"insurance\"]",
            "services = [\"pension\"]",
            "office.toml: board[1].services[0]: there is no service \"pension\"",
        ),
        (
            "office.toml",
            "languages = [\"ja\", \"en\"]",
            "languages = [\"ja\", \"vi\"]",
            "office.toml: board[0].languages[1]: the office does not offer \"vi\"; its languages are ja, en",
        ),
        (
            "office.toml",
            "languages = [\"ja\", \"en\"]",
            "languages = []",
            "office.toml: board[0].languages: expected at least one language",
        ),
        (
            "office.toml",
            "call_seconds = 30",
            "call_seconds = 3",
            "office.toml: board[0].call_seconds: expected 5 to 300, got 3",
        ),
        (
            "office.toml",
            "sound = true",
            "sound = \"loud\"",
            "office.toml: board[0].sound: invalid type: string \"loud\", expected a boolean",
        ),
        (
            "office.toml",
            "audit_days = 1096",
            "audit_days = 7",
            "office.toml: retention.audit_days: expected 30 to 7320, got 7",
        ),
        (
            "office.toml",
            "cases_days = 0",
            "cases_days = 91",
            "office.toml: retention.cases_days: expected 0 to 90, got 91",
        ),
        (
            "procedures/juminhyo.toml",
            "service = \"certificates\"",
            "service = \"certificates\"\nkeep = \"a week\"",
            "procedures/juminhyo.toml: keep: expected \"today\" (until close of business), or \"1 day\" to \"90 days\" after it",
        ),
        (
            "procedures/juminhyo.toml",
            "service = \"certificates\"",
            "service = \"certificates\"\nkeep = \"91 days\"",
            "procedures/juminhyo.toml: keep: expected \"today\"",
        ),
        (
            "procedures/juminhyo.toml",
            "signature = \"paper\"",
            "signature = \"pen\"",
            "procedures/juminhyo.toml: signature: expected \"paper\", \"tablet\", \"none\", got \"pen\"",
        ),
        (
            "services.toml",
            "services = [\"insurance\"]",
            "services = [\"insurrance\"]",
            "services.toml: counter[3].services[0]: there is no service \"insurrance\"; services are certificates, moving, insurance, mynumber, family, guidance",
        ),
        (
            "services.toml",
            "id = \"5\"",
            "id = \"4\"",
            "services.toml: counter[4].id: counter 4 is defined twice",
        ),
        (
            "services.toml",
            "override_every = 2",
            "override_every = 0",
            "services.toml: calling: calling: override_every must be at least 1",
        ),
        // The menu.
        (
            "menu.toml",
            "ticket = \"insurance\"",
            "ticket = \"health\"",
            "menu.toml: entry[4].ticket: there is no service \"health\"; services are ",
        ),
        (
            "menu.toml",
            "life_event = \"birth\"",
            "life_event = \"wedding\"",
            "menu.toml: entry[2].life_event: there is no life-events/wedding.toml",
        ),
        (
            "menu.toml",
            "life_event = \"birth\"",
            "life_event = \"birth\"\nticket = \"family\"",
            "menu.toml: entry[2].id: an entry needs exactly one of",
        ),
        (
            "menu.toml",
            "\"shotoku_shomei\",",
            "\"shotoku\",",
            "menu.toml: entry[0].procedures[3]: there is no procedures/shotoku.toml",
        ),
        (
            "menu.toml",
            "booking = true",
            "booking = false",
            "menu.toml: entry[6].id: an entry needs exactly one of",
        ),
        (
            "menu.toml",
            "booking = true",
            "booking = true\nstaff = true",
            "menu.toml: entry[6].id: an entry needs exactly one of",
        ),
        (
            "menu.toml",
            "id = \"staff\"",
            "id = \"booking\"",
            "menu.toml: entry[8].id: another entry has the same id",
        ),
        (
            "menu.toml",
            "life_event = \"bereavement\"",
            "services = [\"family\"]",
            "menu.toml: entry[3].services: expected 2 to 5 services in order; one is `ticket`",
        ),
        (
            "menu.toml",
            "life_event = \"bereavement\"",
            "services = [\"family\", \"family\"]",
            "menu.toml: entry[3].services[1]: this service stands here already",
        ),
        (
            "menu.toml",
            "life_event = \"bereavement\"",
            "services = [\"family\", \"pension\"]",
            "menu.toml: entry[3].services[1]: there is no service \"pension\"",
        ),
        // Reservations.
        (
            "bookings.toml",
            "service = \"moving\"",
            "service = \"removal\"",
            "bookings.toml: category[1].service: there is no service \"removal\"",
        ),
        (
            "bookings.toml",
            "pull_seconds = 30",
            "pull_seconds = 1",
            "bookings.toml: pull_seconds: expected 5 to 3600, got 1",
        ),
        (
            "bookings.toml",
            "# password_file",
            "password_file",
            "bookings.toml: password_env: expected `password_file` or `password_env`, not both",
        ),
        // Life events and who sees to them.
        (
            "departments.toml",
            "service = \"insurance\"",
            "service = \"pension\"",
            "departments.toml: department[4].service: there is no service \"pension\"",
        ),
        (
            "life-events/birth.toml",
            "at = \"nursery\"",
            "at = \"kindergarten\"",
            "life-events/birth.toml: rule[14].at: there is no department \"kindergarten\"",
        ),
        (
            "life-events/birth.toml",
            "when = { small = \"yes\" }",
            "when = { smal = \"yes\" }",
            "life-events/birth.toml: rule[10].when: there is no question \"smal\"",
        ),
        (
            "life-events/birth.toml",
            "when = { small = \"yes\" }",
            "when = { small = \"light\" }",
            "life-events/birth.toml: rule[10].when: the question \"small\" has no answer \"light\"",
        ),
        (
            "life-events/birth.toml",
            "at = \"nursery\"",
            "at = \"nursery\"\nforms = [\"hoikusho\"]",
            "life-events/birth.toml: rule[14].forms: there is no procedure \"hoikusho\"",
        ),
        (
            "life-events/birth.toml",
            "id = \"C15\"",
            "id = \"C14\"",
            "life-events/birth.toml: rule[15].id: another rule has the id \"C14\"",
        ),
        (
            "life-events/moving.toml",
            "from = \"moved_on\", words",
            "from = \"kind\", words",
            "life-events/moving.toml: rule[1].deadline: \"kind\" is no question for a date",
        ),
        (
            "life-events/moving.toml",
            "days = 14, from = \"moved_on\", words",
            "days = 14, words",
            "life-events/moving.toml: rule[1].deadline: expected one of `days`, `months`, `years` with `from`, or `words` alone",
        ),
        // Everyday words.
        (
            "search.toml",
            "entry = \"birth\"",
            "entry = \"baby\"",
            "search.toml: find[19].entry: menu.toml has no entry \"baby\"",
        ),
        (
            "search.toml",
            "procedure = \"juminhyo\"",
            "procedure = \"juminhyou\"",
            "search.toml: find[0].procedure: there is no procedure \"juminhyou\"",
        ),
        (
            "search.toml",
            "procedure = \"juminhyo\"\n",
            "",
            "search.toml: find[0].words: expected either `entry` or `procedure` beside these words",
        ),
        (
            "bookings.toml",
            "url = \"http://",
            "url = \"caldav://",
            "bookings.toml: url: expected the http:// or https:// address of a calendar",
        ),
    ] {
        let copy = copied();
        change(copy.path(), file, from, to);
        let mistakes = load(copy.path()).err().unwrap_or_default();
        let told = relative(&mistakes, copy.path());
        let found = mistakes.iter().any(|it| {
            let bare = Mistake {
                line: None,
                ..it.clone()
            };
            relative(&[bare], copy.path())
                .concat()
                .starts_with(expected)
                && line_is_meant(it, to)
        });
        if !found {
            misses.push(format!(
                "expected {expected}\n  found {}",
                told.join("\n        ")
            ));
        }
    }
    assert!(misses.is_empty(), "\n{}", misses.join("\n"));
}

#[test]
fn a_broken_procedure_is_told_where_it_is_mended() {
    let file = "procedures/juminhyo.toml";
    for (from, to, expected) in [
        (
            "service = \"certificates\"",
            "service = \"certs\"",
            "service: there is no service \"certs\"",
        ),
        (
            "times = \"copies\"",
            "times = \"number\"",
            "fee[0]: there is no field \"number\"",
        ),
        (
            "each_yen = 300",
            "each_yen = \"三百円\"",
            "fee[0].each_yen: invalid type: string \"三百円\", expected u32",
        ),
        (
            "when = { relation = \"agent\" }",
            "when = { relation = \"broker\" }",
            "document[1].when: field \"relation\" has no option \"broker\"",
        ),
        (
            "when = { kind = [\"part\", \"removed\", \"former\", \"entries\", \"code\"] }",
            "when = { kind = [\"some\"] }",
            "field[11].when: field \"kind\" has no option \"some\"",
        ),
        (
            "when = { kind = [\"part\", \"removed\", \"former\", \"entries\", \"code\"] }",
            "when = { submit_to = \"a\" }",
            "field[11].when: field \"submit_to\" is neither a choice nor a date",
        ),
        (
            "when = { kind = [\"part\", \"removed\", \"former\", \"entries\", \"code\"] }",
            "when = { kind = 3 }",
            "field[11].when.kind: invalid type: integer `3`, expected an option's id or a list of them",
        ),
        (
            "type = \"phone\"",
            "type = \"telephone\"",
            "field[20].type: unknown variant `telephone`, expected one of `choice`, `choices`, `number`, `text`, `name`, `address`, `date`, `phone`",
        ),
        (
            "type = \"phone\"",
            "type = \"phone\"\nmax_chars = 5",
            "field[20].max_chars: `max_chars` does not belong to a field of type phone",
        ),
        (
            "min = 1\n",
            "",
            "field[16].type: a field of type number needs `min`",
        ),
        (
            "min = 1\n",
            "min = 30\n",
            "field[16].min: expected min ≤ max, got 30 and 20",
        ),
        (
            "default = 1",
            "default = 21",
            "field[16].default: the default does not fit: out of range",
        ),
        (
            "max_chars = 60",
            "max_chars = 9999",
            "field[1].max_chars: max_chars is 1 to 500, got 9999",
        ),
        (
            "card = \"birth\"",
            "card = \"name\"",
            "field[3].card: the card's name needs a field of kind name",
        ),
        (
            "card = \"birth\"",
            "card = \"my_number\"",
            "field[3].card: unknown variant `my_number`, expected one of `name`, `address`, `birth`, `sex`",
        ),
        (
            "id = \"phone\"",
            "id = \"copies\"",
            "field[20].id: another field has the same id",
        ),
        (
            "id = \"phone\"",
            "id = \"Phone\"",
            "field[20].id: \"Phone\" is not an id",
        ),
        (
            "id = \"part\"",
            "id = \"all\"",
            "field[10].id: two options have the id \"all\"",
        ),
        (
            "# 個人番号",
            "template = \"other.typ\"\n# 個人番号",
            "template: expected the name of a template in procedures/, such as \"juminhyo.typ\"; there is no \"other.typ\"",
        ),
        (
            "# 個人番号",
            "template = \"../office.toml\"\n# 個人番号",
            "template: expected the name of a template in procedures/",
        ),
    ] {
        let copy = copied();
        change(copy.path(), file, from, to);
        let mistakes = load(copy.path()).err().unwrap_or_default();
        let text = fs::read_to_string(copy.path().join(file)).unwrap();
        let mistake = mistakes.iter().find(|it| {
            let told = format!("{}: {}", it.key, it.message);
            it.file.ends_with(file) && told.starts_with(expected)
        });
        let Some(mistake) = mistake else {
            panic!("\n  expected {expected}\n  found\n{}", lines(&mistakes));
        };
        // The line that it names holds the key, or the value, that it is about.
        let line = text.lines().nth(mistake.line.unwrap() - 1).unwrap();
        let key = mistake.key.rsplit('.').next().unwrap();
        let key = key.split('[').next().unwrap();
        assert!(line.contains(key), "{mistake}\n{line}");
    }
}

#[test]
fn a_circular_condition_names_its_way_around() {
    let copy = copied();
    let file = "procedures/juminhyo.toml";
    change(
        copy.path(),
        file,
        "question = { ja = \"どなたの証明書ですか\"",
        "when = { kind = \"all\" }\nquestion = { ja = \"どなたの証明書ですか\"",
    );
    change(
        copy.path(),
        file,
        "question = { ja = \"どの範囲が必要ですか\"",
        "when = { relation = \"self\" }\nquestion = { ja = \"どの範囲が必要ですか\"",
    );
    let mistakes = load(copy.path()).err().unwrap();
    let told = relative(&mistakes, copy.path());
    assert!(told.iter().any(|it| it.ends_with("field[5].when: circular condition: relation → kind → relation")), "{told:?}");
}

#[test]
fn missing_files_are_all_told_at_once() {
    let copy = copied();
    for file in [
        "office.toml",
        "menu.toml",
        "words/ja.toml",
        "procedures/juminhyo.typ",
    ] {
        fs::remove_file(copy.path().join(file)).unwrap();
    }
    let mistakes = load(copy.path()).err().unwrap();
    assert_eq!(
        relative(&mistakes, copy.path()),
        [
            "office.toml: the file is missing",
            "procedures/juminhyo.toml:1: the template procedures/juminhyo.typ is missing",
            "menu.toml: the file is missing",
            "words/ja.toml: the file is missing",
        ]
    );
    let nowhere = load(Path::new("/nonexistent")).err().unwrap();
    assert!(nowhere.len() >= 3 && nowhere.iter().all(|it| it.line.is_none()));
}

#[test]
fn several_mistakes_of_several_files_come_back_together() {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "idle_seconds = 60",
        "idle_seconds = 5",
    );
    change(
        copy.path(),
        "office.toml",
        "done_seconds = 30",
        "done_seconds = 3",
    );
    change(
        copy.path(),
        "services.toml",
        "letter = \"D\"",
        "letter = \"A\"",
    );
    change(
        copy.path(),
        "menu.toml",
        "ticket = \"insurance\"",
        "ticket = \"insurence\"",
    );
    change(
        copy.path(),
        "procedures/juminhyo.toml",
        "default = 1",
        "default = 0",
    );
    change(
        copy.path(),
        "procedures/inkan_shomei.toml",
        "default = 1",
        "default = 0",
    );
    assert_eq!(load(copy.path()).err().unwrap().len(), 6);
}

#[test]
fn a_file_of_another_encoding_or_size_is_refused() {
    let copy = copied();
    fs::write(
        copy.path().join("menu.toml"),
        b"label = \"\x8f\x5a\x96\xaf\"",
    )
    .unwrap();
    fs::write(copy.path().join("services.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    let told = relative(&load(copy.path()).err().unwrap(), copy.path());
    assert!(
        told.contains(&"menu.toml: expected UTF-8".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"services.toml: expected at most 1048576 bytes".to_owned()),
        "{told:?}"
    );
}

#[test]
fn words_are_tables_of_texts_and_translations_have_the_same_places() {
    let copy = copied();
    let load_words = |ja: &str, en: &str| {
        fs::write(copy.path().join("words/ja.toml"), ja).unwrap();
        fs::write(copy.path().join("words/en.toml"), en).unwrap();
        load(copy.path()).map_err(|mistakes| relative(&mistakes, copy.path()))
    };
    let ja = "[kiosk.idle]\ntitle = \"ご用件\"\nwaiting = \"待ち{count}人\"\n";
    let office = load_words(ja, "kiosk.idle.title = \"Welcome\"").unwrap();
    assert_eq!(office.word("en", "kiosk.idle.title"), "Welcome");
    assert_eq!(office.word("en", "kiosk.idle.waiting"), "待ち{count}人");
    assert_eq!(office.words["en"].len(), office.words["ja"].len());
    for (ja, en, expected) in [
        (
            ja,
            "\n[kiosk.idle]\ntilte = \"Welcome\"",
            "words/en.toml:3: kiosk.idle.tilte: words/ja.toml has no such key",
        ),
        (
            ja,
            "[kiosk.idle]\nwaiting = \"{number} waiting\"",
            "words/en.toml:2: kiosk.idle.waiting: expected the places of the Japanese text: {count}",
        ),
        (
            ja,
            "[kiosk.idle]\ntitle = \"Welcome {name}\"",
            "words/en.toml:2: kiosk.idle.title: expected the places of the Japanese text: no {…}",
        ),
        (
            "[kiosk]\nidle = 5",
            "",
            "words/ja.toml:2: kiosk.idle: expected a text or a table of texts",
        ),
        (
            "[kiosk]\nidle = [\"a\"]",
            "",
            "words/ja.toml:2: kiosk.idle: expected a text or a table of texts",
        ),
        ("[kiosk]\nidle = \"a\nb\"", "", "words/ja.toml:"),
    ] {
        let told = load_words(ja, en).err().unwrap();
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{told:?} instead of {expected}"
        );
    }
}
