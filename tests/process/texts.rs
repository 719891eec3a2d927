//! What our texts promise: the commands and tests that they name are there, and their example works.

use crate::server::{BINARY, run};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What people read, or what tells them what to do.
const TEXTS: &[&str] = &["README.md", "CHANGELOG.md", "postrider.default.yml", "src", "docs", "deploy", "templates"];

fn read(path: &Path, into: &mut String) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), into);
        }
        return;
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    if ["md", "rs", "yml", "yaml", "service"].contains(&&*ending) {
        into.push_str(&std::fs::read_to_string(path).unwrap());
    }
}

/// What is to be typed: the lines of code blocks.
fn typed(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks.flat_map(|block| block.lines().filter_map(|line| line.strip_prefix("postrider ")))
}

/// The command of a line that stands behind `postrider `, without options, files and arguments.
fn command(line: &str) -> Vec<&str> {
    let line = line.split(['`', '\n', '#']).next().unwrap();
    let plain = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    let mut words = line.split(' ').skip_while(|word| word.starts_with('-') || !plain(word));
    let command = words.next().unwrap_or_default();
    // `messages list|show` names two
    let below = words.next().filter(|_| ["messages", "config"].contains(&command));
    [Some(command), below.and_then(|verbs| verbs.split('|').next())].into_iter().flatten().collect()
}

#[test]
fn the_configuration_of_the_readme_passes() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = readme.split("```yaml\n").find(|block| block.starts_with("dsn:")).unwrap().split("```").next().unwrap();
    let home = tempfile::tempdir().unwrap();
    let token = home.path().join("token");
    std::fs::write(&token, "an-admin-token-of-the-tests\n").unwrap();
    assert!(block.contains("/run/secrets/postrider-ops"), "{block}");
    let block = block.replace("/run/secrets/postrider-ops", token.to_str().unwrap());
    std::fs::write(home.path().join("postrider.yml"), block).unwrap();
    let (status, _, said) = run(home.path(), &["-c", "postrider.yml", "check"]);
    assert_eq!((status, said.as_str()), (0, ""));
}

#[test]
fn every_command_that_our_texts_name_is_there() {
    let mut text = String::new();
    for name in TEXTS {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &mut text);
    }
    let spans = ["`postrider ", "/postrider "].into_iter().flat_map(|start| text.split(start).skip(1));
    let commands: BTreeSet<_> = spans.chain(typed(&text)).map(command).filter(|words| !words[0].is_empty()).collect();
    for words in [&["serve"][..], &["check"], &["messages", "retry"], &["send-test"]] {
        assert!(commands.contains(words), "{words:?} is not in {commands:?}");
    }
    for words in commands {
        let known = Command::new(BINARY).args(&words).arg("--help").output().unwrap();
        assert!(known.status.success(), "our texts name `postrider {}`", words.join(" "));
    }
}

/// `tests/<suite>.rs` or `tests/<suite>/`, and what lies in it.
fn suite(name: &str) -> Option<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut text = String::new();
    for place in [tests.join(format!("{name}.rs")), tests.join(name)] {
        if place.exists() {
            read(&place, &mut text);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Is there a test of `suite` that `filter` finds: the beginning of its name, its module, or `module::test`?
fn named(suite_name: &str, filter: &str) -> bool {
    let code = suite(suite_name).unwrap_or_else(|| panic!("our texts name `--test {suite_name}`"));
    filter.split("::").filter(|part| !part.is_empty()).all(|part| {
        [format!("mod {part}"), format!("fn {part}"), format!("{part} {{")].iter().any(|there| code.contains(there))
    })
}

#[test]
fn every_test_that_our_texts_name_is_there() {
    let mut text = String::new();
    for name in TEXTS {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &mut text);
    }
    let mut tests = BTreeSet::new();
    for line in text.split("cargo test --test ").skip(1) {
        let words: Vec<_> = line.split(['`', '\n', '#']).next().unwrap().split(' ').collect();
        let filters = words.iter().skip(1).take_while(|word| !word.starts_with('-')).filter(|word| **word != "NAME");
        tests.extend(filters.map(|filter| (words[0].to_owned(), (*filter).to_owned())));
    }
    // In its tables, `cargo test --test` stands above and not in each row.
    let promises = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md")).unwrap();
    for row in promises.lines().filter(|line| line.starts_with('|')) {
        let spans = row.split('`').skip(1).step_by(2).filter_map(|span| span.split_once(' '));
        tests
            .extend(spans.filter(|(name, _)| suite(name).is_some()).map(|(name, filter)| (name.into(), filter.into())));
    }
    assert!(tests.len() > 40, "{tests:?}");
    for (name, filter) in &tests {
        assert!(named(name, filter), "our texts name `cargo test --test {name} {filter}`");
    }
}
