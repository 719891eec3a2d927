//! What cannot start ends at once with status 1 and one message that names the place and the cure, and
//! leaves nothing behind.

use crate::sandbox::mounted;
use crate::server::{Server, config, run, skipped, told};
use std::net::TcpListener;
use std::path::Path;
use tempfile::TempDir;

const SERVE: &[&str] = &["-c", "postrider.yml", "serve"];

/// A directory with the usual configuration after this change.
fn home(change: impl FnOnce(String) -> String) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("postrider.yml"), change(config(25))).unwrap();
    home
}

fn names(home: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(home).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs what must fail: one message with all these words, and no file is made.
fn refused(home: &Path, args: &[&str], words: &[&str]) {
    let before = names(home);
    let (status, out, said) = run(home, args);
    assert_eq!((status, out.as_str()), (1, ""), "{args:?}: {said}");
    assert_message(&said, words);
    assert_eq!(names(home), before, "{args:?} left something behind");
}

fn assert_message(said: &str, words: &[&str]) {
    assert_eq!(said.matches("postrider: ").count(), 1, "one message: {said}");
    assert!(said.lines().last().is_some_and(|line| !line.trim().is_empty()), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
    assert!(!said.contains("thirty-two characters") && !said.contains("Bearer key"), "a secret: {said}");
}

#[test]
fn without_a_configuration_it_says_what_is_needed() {
    let home = tempfile::tempdir().unwrap();
    refused(home.path(), &["serve"], &["courier.smtp.from_address", "secrets.cipher", "sources"]);
}

#[test]
fn a_configuration_file_that_is_not_there() {
    let home = tempfile::tempdir().unwrap();
    for command in ["serve", "check"] {
        refused(home.path(), &["-c", "nowhere.yml", command], &["nowhere.yml", "No such file"]);
    }
}

#[test]
fn an_unknown_key_with_its_place_and_the_nearest_known_one() {
    let home = home(|text| text.replace("from_address", "form_address"));
    for command in ["serve", "check"] {
        let words = ["postrider.yml:7", "form_address", "from_address"];
        refused(home.path(), &["-c", "postrider.yml", command], &words);
    }
}

#[test]
fn a_secret_whose_file_is_not_there() {
    let home = home(|text| text.replace("value: ops-token", "value_file: secrets/ops"));
    refused(home.path(), SERVE, &["admin.tokens[0].value_file", "secrets/ops", "No such file"]);
}

#[test]
fn a_port_that_is_taken() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let home = home(|text| text.replace("admin: {port: 0}", &format!("admin: {{port: {port}}}")));
    refused(home.path(), SERVE, &["serve.admin", &port, "serve.admin.port"]);
}

#[test]
fn a_database_path_that_is_a_directory_or_in_none() {
    let home = home(|text| text);
    std::fs::create_dir(home.path().join("postrider.db")).unwrap();
    refused(home.path(), SERVE, &["postrider.db", "it is a directory", "dsn"]);
    let lost = self::home(|text| text.replace("sqlite://postrider.db", "sqlite://data/postrider.db"));
    refused(lost.path(), SERVE, &["data", "is not there", "create it"]);
}

#[test]
fn a_file_that_is_no_database_of_ours() {
    let home = tempfile::tempdir().unwrap();
    let (file, port) = (home.path().join("postrider-dev.db"), "POSTRIDER_SERVE_ADMIN_PORT");
    let start = || {
        let mut command = crate::server::postrider(home.path(), &["serve", "--dev"]);
        told(&command.env(port, "0").env("POSTRIDER_SERVE_PUBLIC_PORT", "0").output().unwrap())
    };
    let text = b"this is no database, whatever its name says....";
    std::fs::write(&file, text).unwrap();
    let (status, _, said) = start();
    assert_eq!(status, 1, "{said}");
    assert_message(&said, &["postrider-dev.db", "not an SQLite database", "dsn"]);
    assert_eq!(std::fs::read(&file).unwrap(), text, "it is as it was");
    std::fs::remove_file(&file).unwrap();
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let (status, _, said) = start();
    assert_eq!(status, 1, "{said}");
    assert_message(&said, &["postrider-dev.db", "belongs to another program", "dsn"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version() {
    let home = home(|text| text);
    assert_eq!(Server::start(home.path()).stop(), Some(0));
    let db = rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
    db.execute_batch("UPDATE schema_migrations SET oldest_binary = '99.0.0'").unwrap();
    drop(db);
    let words = ["postrider.db", "99.0.0", "start the newer postrider", "backup"];
    refused(home.path(), SERVE, &words);
    let (status, _, said) = run(home.path(), &["-c", "postrider.yml", "messages", "list"]);
    assert_eq!(status, 1, "{said}");
    assert_message(&said, &words);
}

#[test]
fn a_file_system_that_cannot_be_written() {
    let home = home(|text| text);
    let mount = "mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"";
    let Some(mut command) = mounted(home.path(), mount, SERVE) else {
        return skipped("process: the read-only file system, nothing can be mounted here");
    };
    let (status, _, said) = told(&command.output().unwrap());
    assert_eq!(status, 1, "{said}");
    assert_message(&said, &["postrider.db", "not writable", "write access"]);
    assert_eq!(names(home.path()), ["postrider.yml"]);
}

#[test]
fn templates_that_do_not_pass() {
    let home = home(|text| text + "templates: {directory: mine}\n");
    let mail = home.path().join("mine/mails/login_code_valid");
    std::fs::create_dir_all(&mail).unwrap();
    std::fs::write(mail.join("subject.hbs"), "{{#if code}}").unwrap();
    let words = ["the templates in mine", "mails/login_code_valid/subject.hbs:1"];
    refused(home.path(), SERVE, &words);
    refused(home.path(), &["-c", "postrider.yml", "check"], &words);
}

#[test]
fn wrong_usage_ends_with_status_2() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["sreve"][..], &[], &["messages", "show", "no-uuid"], &["--format", "xml", "check"]] {
        let (status, _, said) = run(home.path(), args);
        assert_eq!(status, 2, "{args:?}: {said}");
        assert!(said.contains("Usage: postrider") || said.contains("--help"), "{args:?}: {said}");
    }
    assert!(names(home.path()).is_empty());
}
