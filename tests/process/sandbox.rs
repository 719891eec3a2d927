//! File systems that a test can break: mounted in a namespace of their own, which ends with the process.

use crate::server::{BINARY, alone};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How this machine may let us mount: as anybody in a user namespace, else as root.
const WAYS: [&str; 2] = ["-rm", "-m"];

/// The binary with these arguments in `home`, on which `mount` (a line of shell, with the directory as `$0`) was
/// done before; none where nothing can be mounted.
pub(crate) fn mounted(home: &Path, mount: &str, args: &[&str]) -> Option<Command> {
    let way = WAYS.into_iter().find(|way| {
        let tried = Command::new("unshare").arg(way).args(["sh", "-ec", mount]).arg(home).output();
        tried.is_ok_and(|tried| tried.status.success())
    })?;
    let mut command = Command::new("unshare");
    let script = format!("{mount}; cd \"$0\"; exec \"$@\"");
    command.arg(way).args(["sh", "-ec", &script]).arg(home).arg(BINARY).args(args);
    Some(alone(command, home))
}

/// A directory as the process with this id sees it.
pub(crate) fn seen_by(pid: u32, path: &Path) -> PathBuf {
    let inside = path.strip_prefix("/").expect("an absolute path");
    Path::new("/proc").join(pid.to_string()).join("root").join(inside)
}
