//! What a clerk's browser fetches until the desk stands, with three hundred people waiting, as it comes over the wire.

use anyhow::{Context, Result, ensure};

use crate::{
    fixture::{Hub, open_office, repository},
    http::Client,
    issue,
    row::Row,
};

const WAITING: usize = 300;
/// What a browser says it takes.
const ENCODINGS: &str = "gzip, deflate, br";

/// Rows `console.load.*` and `console.first_visit.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let office = open_office()?;
    let hub = Hub::start_with_clerks(office.path(), 1, true)?;
    issue::people_come(&hub, WAITING).await?;
    let clerk = hub.clerk(1).await?;
    let mut client = Client::connect(hub.address, &clerk).await?;
    let html = client.get("/console/", "").await?;
    let html = String::from_utf8(html.body)?;
    let mut paths = vec!["/console/".to_owned()];
    paths.extend(files_of(&html));
    let host = host_files(&paths)?;
    paths.extend(host);
    let mut code = 0;
    for path in &paths {
        code += size(&mut client, path).await?;
    }
    let words = format!("/api/words/ja?of={}", first_words()?);
    let mut data = 0;
    for path in [words.as_str(), "/api/me", "/api/office"] {
        data += size(&mut client, path).await?;
    }
    let kb = |bytes: usize| bytes as f64 / 1024.0;
    Ok(vec![
        Row::at_most(
            "console.load.kb",
            kb(data),
            "KB",
            30.0,
            format!(
                "the first words, who one is, and the office with {WAITING} waiting, compressed: what is \
                 fetched at each load; a peer's list of 310 is 40 KB"
            ),
        ),
        Row::told(
            "console.first_visit.kb",
            kb(code + data),
            "KB",
            format!(
                "the same with {:.1} KB of code in {} files (HTML, JS, CSS), which are fetched once for each \
                 version of the program; fonts come after the first picture",
                kb(code),
                paths.len()
            ),
        ),
    ])
}

async fn size(client: &mut Client, path: &str) -> Result<usize> {
    let answer = client.get(path, ENCODINGS).await?;
    ensure!(
        answer.status == 200,
        "{path} was answered with {}",
        answer.status
    );
    Ok(answer.body.len())
}

/// The scripts and styles that the page names.
fn files_of(html: &str) -> Vec<String> {
    html.split('"')
        .filter(|text| text.starts_with("/assets/"))
        .filter(|text| text.ends_with(".js") || text.ends_with(".css"))
        .map(str::to_owned)
        .collect()
}

/// Which host a page has is found out at run time; where the one of a browser is a file of its own that the page
/// does not name, it is fetched as well.
fn host_files(named: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(repository().join("ui/dist/assets"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("/assets/{name}");
        if name.starts_with("http-") && name.ends_with(".js") && !named.contains(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

/// The families of texts that the console asks for first, from the page's own list.
fn first_words() -> Result<String> {
    let list = std::fs::read_to_string(repository().join("ui/src/console/first.ts"))?;
    let (_, list) = list.split_once('[').context("no list of first words")?;
    let families: Vec<&str> = list.split('\'').skip(1).step_by(2).collect();
    ensure!(families.len() > 5, "no list of first words");
    Ok(families.join(","))
}
