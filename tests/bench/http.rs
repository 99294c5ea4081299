//! As much HTTP/1.1 as a benchmark needs: one kept connection, one request after another, no copies that would make the
//! client the slower end.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use uuid::Uuid;

/// A longer line in a head is no answer of the hub's.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Who asks.
#[derive(Clone)]
pub enum Who {
    /// A device, by its token.
    Device(String),
    /// A person, by the session's cookie.
    Person(String),
    /// Nobody.
    Nobody,
}

impl Who {
    fn header(&self) -> String {
        match self {
            Self::Device(token) => format!("authorization: Bearer {token}\r\n"),
            Self::Person(cookie) => format!("cookie: {cookie}\r\n"),
            Self::Nobody => String::new(),
        }
    }
}

/// A connection to the hub.
pub struct Client {
    stream: BufReader<TcpStream>,
    /// The headers that every request has.
    head: String,
    request: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    /// Of the headers, what a benchmark looks at.
    pub cookie: Option<String>,
    /// As it came, perhaps compressed.
    pub body: Vec<u8>,
}

impl Answer {
    /// The text behind `"name":"`.
    pub fn text(&self, name: &str) -> Result<&str> {
        let body = std::str::from_utf8(&self.body)?;
        text_in(body, name).with_context(|| format!("no {name} in {body}"))
    }
}

/// The text behind the first `"name":"`.
pub fn text_in<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let key = format!("\"{name}\":\"");
    let from = json.find(&key)? + key.len();
    let rest = json.get(from..)?;
    rest.get(..rest.find('"')?)
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr, who: &Who) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            head: format!("host: {address}\r\n{}", who.header()),
            request: String::new(),
        })
    }

    /// A command, with a key of its own.
    pub async fn post(&mut self, path: &str, body: &str) -> Result<Answer> {
        let key = Uuid::now_v7();
        let kind = match body {
            "" => "",
            _ => "content-type: application/json\r\n",
        };
        let length = body.len();
        self.request.clear();
        self.request.push_str(&format!(
            "POST {path} HTTP/1.1\r\n{}idempotency-key: {key}\r\n{kind}content-length: {length}\r\n\r\n{body}",
            self.head
        ));
        self.exchange().await
    }

    /// Reads, with the encodings that a browser takes or with none.
    pub async fn get(&mut self, path: &str, encodings: &str) -> Result<Answer> {
        let encodings = match encodings {
            "" => String::new(),
            some => format!("accept-encoding: {some}\r\n"),
        };
        self.request.clear();
        self.request.push_str(&format!(
            "GET {path} HTTP/1.1\r\n{}{encodings}\r\n",
            self.head
        ));
        self.exchange().await
    }

    /// Opens a stream that does not end, and gives the connection behind its head.
    pub async fn stream(mut self, path: &str) -> Result<BufReader<TcpStream>> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await?;
        let (status, ..) = self.head().await?;
        ensure!(status == 200, "{path} was answered with {status}");
        Ok(self.stream)
    }

    async fn exchange(&mut self) -> Result<Answer> {
        self.stream.write_all(self.request.as_bytes()).await?;
        let (status, length, cookie) = self.head().await?;
        let body = match length {
            Length::Bytes(bytes) => {
                let mut body = vec![0; bytes];
                self.stream.read_exact(&mut body).await?;
                body
            }
            Length::Chunked => self.chunks().await?,
        };
        Ok(Answer {
            status,
            cookie,
            body,
        })
    }

    async fn line(&mut self, line: &mut String) -> Result<()> {
        line.clear();
        let read = self.stream.read_line(line).await?;
        ensure!(read > 0, "the hub closed the connection");
        ensure!(read <= HEAD_BYTES_MAX, "a line of {read} bytes");
        Ok(())
    }

    async fn head(&mut self) -> Result<(u16, Length, Option<String>)> {
        let mut line = String::new();
        self.line(&mut line).await?;
        let status = line.get(9..12).context("no status")?.parse()?;
        let (mut length, mut cookie) = (Length::Bytes(0), None);
        loop {
            self.line(&mut line).await?;
            let header = line.trim_end();
            if header.is_empty() {
                return Ok((status, length, cookie));
            }
            let (name, value) = header.split_once(':').context("no header")?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Length::Bytes(value.parse()?),
                "transfer-encoding" => length = Length::Chunked,
                "set-cookie" => cookie = value.split(';').next().map(str::to_owned),
                _ => {}
            }
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut line = String::new();
        loop {
            self.line(&mut line).await?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            let from = body.len();
            body.resize(from + size, 0);
            match body.get_mut(from..) {
                Some(chunk) => self.stream.read_exact(chunk).await?,
                None => bail!("a chunk that is nowhere"),
            };
            self.line(&mut line).await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

enum Length {
    Bytes(usize),
    Chunked,
}
