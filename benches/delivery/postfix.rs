//! postfix's test programs: `smtp-sink` takes mail and throws it away, `smtp-source` sends.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Whether both are installed.
pub(crate) fn is_here() -> bool {
    program("smtp-sink").is_some() && program("smtp-source").is_some()
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps them where only an administrator's shell looks.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/libexec/postfix".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A sink, killed when dropped.
pub(crate) struct Sink {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Sink {
    /// Ends by itself after so many mails.
    pub(crate) fn of(mails: u64) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(program("smtp-sink").unwrap());
        command.args(["-M", &mails.to_string()]);
        // It wants to be told whom to become, where it is started by an administrator.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if is_root {
            command.args(["-u", "nobody"]);
        }
        let child = command.args([&address.to_string(), "256"]).stdin(Stdio::null()).spawn().unwrap();
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, address }
    }

    /// Waits until it has taken all its mails.
    pub(crate) async fn ended(mut self) {
        while self.child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Sends over connections that are kept, one mail after the other on each.
pub(crate) fn source(to: SocketAddr, connections: usize, mails: u64, size: u64) -> Child {
    Command::new(program("smtp-source").unwrap())
        .args(["-d", "-s", &connections.to_string(), "-m", &mails.to_string(), "-l", &size.to_string()])
        .args(["-f", "login@example.com", "-t", "u@example.org", &to.to_string()])
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}
