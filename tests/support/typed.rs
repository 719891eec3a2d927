//! What our texts say is to be typed, typed into a shell.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A file of the repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What stands in it.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// The lines to type below a heading.
pub fn lines(text: &str, heading: &str) -> String {
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    section.split("```sh\n").skip(1).filter_map(|block| block.split("```").next()).collect()
}

/// Whether these tools are there; says by name what is not run if not.
pub fn has(tools: &[&str], what: &str) -> bool {
    let works = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|out| out.status.success());
    match tools.iter().find(|tool| !works(tool)) {
        None => true,
        Some(tool) => {
            // Not eprintln!, which a passing test keeps to itself.
            std::io::stderr().write_all(format!("skipped: {what}: {tool} is not there\n").as_bytes()).unwrap();
            false
        }
    }
}

/// The lines with the places of this test instead of those in our texts.
pub fn at(lines: &str, public: &str, admin: &str, kratos: &str, token: &str) -> String {
    let places = [
        ("http://127.0.0.1:4477", public),
        ("http://127.0.0.1:4478", admin),
        ("http://127.0.0.1:4433", kratos),
        ("POSTRIDER_TOKEN=…", &format!("POSTRIDER_TOKEN={token}")),
    ];
    places.iter().fold(lines.to_owned(), |lines, (from, to)| lines.replace(from, to))
}

/// Runs a script with our binary in its path; the first line that fails ends it.
pub fn sh(mut shell: Command, script: &str, token: &str) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_postrider")).parent().unwrap().to_string_lossy().into_owned();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    shell.env("PATH", path).env("POSTRIDER_TOKEN", token).args(["-euc", script]).stdin(Stdio::null());
    shell.output().unwrap()
}

/// The `recovery_id` of the link in a mail, whose long lines are broken by `=`.
pub fn link_id(mail: &str) -> String {
    let whole = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = whole.split_once("?recovery_id=").unwrap();
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}
