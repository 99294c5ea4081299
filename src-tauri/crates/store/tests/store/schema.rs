//! The whole schema in one file that shows in every review what a migration changes.

use std::{fs, path::Path};

use crate::office::*;

#[test]
fn the_schema_is_the_one_in_the_file() {
    let office = Office::new();
    let db = office.db();
    let mut statement = db
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name")
        .unwrap();
    let mut schema: String = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|sql| format!("{};\n", sql.unwrap()))
        .collect();
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    schema.push_str(&format!("PRAGMA user_version = {version};\n"));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema.sql");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &schema).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    assert_eq!(schema, expected, "BLESS=1 accepts the new schema");
}
