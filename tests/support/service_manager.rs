//! Plays systemd: holds the sockets of the three listeners, starts the binary with them
//! (`LISTEN_FDS`), hears that it is ready (`NOTIFY_SOCKET`) and stops it by SIGTERM.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use crate::server::{BINARY, SOON, alone, until};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The standard streams carry the sockets into a shell, which puts them where the protocol wants
/// them; what postrider says goes to a file.
const HAND_OVER: &str = r#"
    exec 3<&0 4<&1 5<&2 0</dev/null 1>>postrider.log 2>&1
    export LISTEN_PID=$$
    exec "$@"
"#;

/// Holds the sockets.
pub struct ServiceManager {
    home: PathBuf,
    public: TcpListener,
    admin: TcpListener,
    inbound: TcpListener,
    notices: UnixDatagram,
}

/// A running postrider; killed when dropped.
pub struct Service<'a> {
    manager: &'a ServiceManager,
    child: Child,
}

impl ServiceManager {
    /// For the `postrider.yml` in this directory.
    pub fn new(home: &Path) -> Self {
        let socket = || TcpListener::bind("127.0.0.1:0").unwrap();
        let notices = UnixDatagram::bind(home.join("notify")).unwrap();
        notices.set_read_timeout(Some(SOON)).unwrap();
        Self { home: home.to_owned(), public: socket(), admin: socket(), inbound: socket(), notices }
    }

    pub fn public(&self) -> SocketAddr {
        self.public.local_addr().unwrap()
    }

    pub fn admin(&self) -> SocketAddr {
        self.admin.local_addr().unwrap()
    }

    pub fn inbound(&self) -> SocketAddr {
        self.inbound.local_addr().unwrap()
    }

    /// What postrider has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("postrider.log")).unwrap_or_default()
    }

    /// Starts it with the sockets called by these names.
    pub fn start(&self, names: &str) -> Service<'_> {
        let mut command = Command::new("sh");
        command.args(["-c", HAND_OVER, "sh", BINARY, "-c", "postrider.yml", "serve"]);
        command.env("LISTEN_FDS", "3").env("LISTEN_FDNAMES", names).env("NOTIFY_SOCKET", self.home.join("notify"));
        let mut command = alone(command, &self.home);
        let stream = |socket: &TcpListener| OwnedFd::from(socket.try_clone().unwrap());
        command.stdin(stream(&self.public)).stdout(stream(&self.admin)).stderr(stream(&self.inbound));
        Service { manager: self, child: command.spawn().unwrap() }
    }

    /// Starts it, and hears that it is ready.
    pub fn started(&self) -> Service<'_> {
        // What a process said that is no more is no word of this one.
        self.notices.set_nonblocking(true).unwrap();
        while self.notices.recv(&mut [0; 256]).is_ok() {}
        self.notices.set_nonblocking(false).unwrap();
        let service = self.start("public:admin:inbound");
        assert_eq!(self.hears(), "READY=1", "{}", self.log());
        service
    }

    /// The next notice.
    pub fn hears(&self) -> String {
        let mut notice = [0; 256];
        let length = self.notices.recv(&mut notice).unwrap_or_else(|error| panic!("{error}\n{}", self.log()));
        String::from_utf8_lossy(&notice[..length]).trim_end().to_owned()
    }
}

impl Service<'_> {
    /// SIGTERM, and the status it ends with.
    pub fn stop(mut self) -> Option<i32> {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert_eq!(self.manager.hears(), "STOPPING=1");
        self.ended()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, and tells its status.
    pub fn ended(&mut self) -> Option<i32> {
        until("the end of the service", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
