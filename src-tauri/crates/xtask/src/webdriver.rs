//! A small W3C WebDriver client: enough to find, touch, type and read in the real window.
//! Protocol: <https://www.w3.org/TR/webdriver2/>.

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use crate::clock;

/// The key under which WebDriver hands out elements (§12.1 of the standard).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may take to show something.
const SHOW_SECONDS_MAX: u64 = 20;

/// One window under a driver.
pub(crate) struct Window {
    base: String,
    session: String,
}

impl Window {
    /// Starts `application` with `arguments` under the driver that listens on `port`.
    pub(crate) fn open(port: u16, application: &str, arguments: &[String]) -> Result<Self> {
        let base = format!("http://127.0.0.1:{port}");
        let body = json!({"capabilities": {"alwaysMatch": {
            "tauri:options": {"application": application, "args": arguments}}}});
        let answer = clock::wait_for("the window's driver", SHOW_SECONDS_MAX, || {
            post(&format!("{base}/session"), &body).map(Some)
        })?;
        let session = answer
            .get("sessionId")
            .and_then(Value::as_str)
            .context("the driver gave no session")?
            .to_owned();
        Ok(Self { base, session })
    }

    /// Waits until an element is there (XPath) and gives its id.
    pub(crate) fn find(&self, xpath: &str) -> Result<String> {
        clock::wait_for(&format!("on the page: {xpath}"), SHOW_SECONDS_MAX, || {
            self.look(xpath)
        })
    }

    /// The element now, if there is one (XPath).
    pub(crate) fn look(&self, xpath: &str) -> Result<Option<String>> {
        let found = self.command("elements", &json!({"using": "xpath", "value": xpath}))?;
        Ok(found
            .get(0)
            .and_then(|element| element.get(ELEMENT))
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    /// Touches an element as soon as it is there.
    pub(crate) fn touch(&self, xpath: &str) -> Result<()> {
        clock::wait_for(&format!("to touch: {xpath}"), SHOW_SECONDS_MAX, || {
            let Some(element) = self.look(xpath)? else {
                return Ok(None);
            };
            // A page that has just changed may have taken the element away again: look anew.
            self.command(&format!("element/{element}/click"), &json!({}))?;
            Ok(Some(()))
        })
    }

    /// Types into an element.
    pub(crate) fn type_into(&self, xpath: &str, text: &str) -> Result<()> {
        let element = self.find(xpath)?;
        self.command(&format!("element/{element}/value"), &json!({"text": text}))?;
        Ok(())
    }

    /// An attribute of an element as soon as it is there; empty where it has none.
    pub(crate) fn attribute(&self, xpath: &str, name: &str) -> Result<String> {
        let element = self.find(xpath)?;
        let url = self.url(&format!("element/{element}/attribute/{name}"));
        let answer: Value = ureq::get(&url).call()?.body_mut().read_json()?;
        let value = answer.get("value").and_then(Value::as_str);
        Ok(value.unwrap_or_default().to_owned())
    }

    /// Runs a script in the page and gives what it returns (promises are awaited).
    pub(crate) fn script(&self, script: &str) -> Result<Value> {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until the page has drawn what it last changed.
    pub(crate) fn drawn(&self) -> Result<()> {
        self.script(
            "return new Promise((drawn) => requestAnimationFrame(() => \
             requestAnimationFrame(() => setTimeout(() => drawn(true), 200))))",
        )?;
        Ok(())
    }

    fn command(&self, path: &str, body: &Value) -> Result<Value> {
        post(&self.url(path), body)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/session/{}/{path}", self.base, self.session)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Ending the session ends the application; where the driver is gone already, so is the window.
        let _ended = ureq::delete(&format!("{}/session/{}", self.base, self.session)).call();
    }
}

fn post(url: &str, body: &Value) -> Result<Value> {
    let mut answer = ureq::post(url)
        .config()
        .http_status_as_error(false)
        .build()
        .send_json(body)?;
    let status = answer.status();
    let body: Value = answer.body_mut().read_json()?;
    let value = body.get("value").cloned().unwrap_or_default();
    if status.is_success() {
        return Ok(value);
    }
    let why = value
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or("no reason given");
    Err(anyhow!("the driver refused ({status}): {why}"))
}
