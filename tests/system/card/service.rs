//! pcscd with a virtual reader, in a mount namespace of its own: many can run side by side, and the machine's
//! own pcscd is not touched.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

/// A namespace with its own `/run`, in which pcscd runs or does not.
pub(super) struct ReaderService {
    /// Ends, and with it the namespace, when its stdin is closed, however this process ends.
    holder: Child,
    pcscd: Option<Child>,
    removals: Option<Mutex<Receiver<()>>>,
    folder: TempDir,
    port: u16,
}

impl ReaderService {
    /// The namespace, with pcscd and an empty virtual reader.
    pub(super) fn start() -> Self {
        let mut service = Self::without_pcscd();
        service.start_pcscd();
        service
    }

    /// The namespace alone.
    pub(super) fn without_pcscd() -> Self {
        let script = "mount -t tmpfs tmpfs /run && mkdir /run/pcscd && echo ready && exec cat";
        let mut unshare = Command::new("unshare");
        if !is_root() {
            unshare.args(["--user", "--map-root-user"]);
        }
        let mut holder = unshare
            .args(["--mount", "sh", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_line(&mut BufReader::new(holder.stdout.take().unwrap()), "ready");
        Self {
            holder,
            pcscd: None,
            removals: None,
            folder: tempfile::tempdir().unwrap(),
            port: two_free_ports(),
        }
    }

    /// Starts pcscd with the virtual reader and waits until it says that it is ready.
    pub(super) fn start_pcscd(&mut self) {
        self.start_pcscd_with("Virtual PCD");
    }

    /// The same, with the virtual reader under another name: whoever looks for it by its own does not find it.
    pub(super) fn start_pcscd_with(&mut self, name: &str) {
        let settings = self.folder.path().join("readers");
        fs::create_dir_all(&settings).unwrap();
        let port = self.port;
        let reader = format!(
            "FRIENDLYNAME \"{name}\"\nDEVICENAME /dev/null:0x{port:X}\n\
             LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x{port:X}\n"
        );
        fs::write(settings.join("vpcd"), reader).unwrap();
        let mut pcscd = self
            .inside("setpriv")
            .args([
                "--pdeathsig",
                "KILL",
                "pcscd",
                "--foreground",
                "--debug",
                "--config",
            ])
            .arg(settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(pcscd.stdout.take().unwrap());
        wait_for_line(&mut log, "daemon ready");
        let (removed, removals) = channel();
        // pcscd would stop at a full pipe, so all of it is read.
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if line.contains("Card Removed From") && removed.send(()).is_err() {
                    return;
                }
            }
        });
        self.removals = Some(Mutex::new(removals));
        self.pcscd = Some(pcscd);
    }

    /// Waits until pcscd has noticed that a card is gone.
    ///
    /// It looks only every 400 ms, and one that is put in before that is taken for the old one: after a failed
    /// disconnect pcscd then says "no card" until that card is taken out, too.
    pub(super) fn notices_removal(&self) {
        self.removals
            .as_ref()
            .unwrap()
            .lock()
            .unwrap()
            .recv_timeout(Duration::from_secs(15))
            .unwrap();
    }

    /// `kill -9`.
    pub(super) fn kill_pcscd(&mut self) {
        let mut pcscd = self.pcscd.take().unwrap();
        pcscd.kill().unwrap();
        pcscd.wait().unwrap();
    }

    /// Where the virtual reader takes a virtual card.
    pub(super) fn vpcd(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The same for the virtual reader's second slot.
    pub(super) fn vpcd_second(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port + 1).into()
    }

    /// What the last program of [`program_inside`](Self::program_inside) has said on stderr so far.
    pub(super) fn said_inside(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// The process of the last program of [`program_inside`](Self::program_inside).
    pub(super) fn process_inside(&self) -> u32 {
        let pid = fs::read_to_string(self.folder.path().join("pid")).unwrap();
        pid.trim().parse().unwrap()
    }

    /// A program that runs another one of ours inside, with whatever arguments it gets.
    pub(super) fn program_inside(&self, program: &Path) -> PathBuf {
        let script = self.folder.path().join("inside");
        let words = self.enter().join(" ");
        let folder = self.folder.path().display();
        let program = program.display();
        let lines = format!(
            "#!/bin/sh\necho $$ > {folder}/pid\nexec {words} {program} \"$@\" 2>> {folder}/stderr\n"
        );
        fs::write(&script, lines).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        script
    }

    /// What a program inside says, once it has ended well; at most so long as `timeout` allows.
    pub(super) fn output(&self, program: &str, arguments: &[&str]) -> Output {
        let output = self.try_output(program, arguments);
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {output:?}"
        );
        output
    }

    /// The same, however it ended.
    pub(super) fn try_output(&self, program: &str, arguments: &[&str]) -> Output {
        self.inside("timeout")
            .args(["20", program])
            .args(arguments)
            .output()
            .unwrap()
    }

    fn inside(&self, program: &str) -> Command {
        let words = self.enter();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg(program);
        command
    }

    fn enter(&self) -> Vec<String> {
        let target = self.holder.id().to_string();
        let user: &[&str] = if is_root() {
            &[]
        } else {
            &["--user", "--preserve-credentials"]
        };
        let words = ["nsenter", "--target", &target, "--mount"];
        words.iter().chain(user).map(ToString::to_string).collect()
    }
}

impl Drop for ReaderService {
    fn drop(&mut self) {
        if let Some(mut pcscd) = self.pcscd.take() {
            let _already_gone = pcscd.kill();
            let _status = pcscd.wait();
        }
        drop(self.holder.stdin.take());
        let _status = self.holder.wait();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// vpcd listens on a port and, for its second slot, on the next one. They are taken below the range from which
/// Linux gives ports to outgoing connections, and no two services of this process try the same.
fn two_free_ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const PAIRS: u16 = 5_000;
    let begin = u16::try_from(std::process::id() % u32::from(PAIRS)).unwrap();
    let is_free = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
    (0..PAIRS)
        .map(|_| (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % PAIRS)
        .map(|pair| 20_000 + 2 * pair)
        .find(|port| is_free(*port) && is_free(port + 1))
        .unwrap()
}

fn wait_for_line(stream: &mut impl BufRead, part: &str) {
    let mut said = String::new();
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 0 {
        if line.contains(part) {
            return;
        }
        said.push_str(&line);
        line.clear();
    }
    panic!(
        "it ended before it said {part:?}; are pcscd and vsmartcard-vpcd installed? It said:\n{said}"
    );
}
