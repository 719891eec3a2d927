//! The layer rule: arrows only point down, tools never call tools, verbs never call verbs, and
//! every third-party crate has its home. What a workspace would give, in one package.

#![allow(clippy::allow_attributes, clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Our modules with their floor, and what each may use of ours beyond `domain`.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    // tools
    ("templates", &[]),
    ("mail", &[]),
    ("transport", &[]),
    ("store", &[]),
    ("auth", &[]),
    ("seal", &[]),
    ("handover", &[]),
    ("kratos", &[]),
    ("gotemplate", &[]),
    // verbs
    ("intake", &["templates", "mail", "store", "seal", "handover"]),
    ("courier", &["mail", "transport", "store", "seal", "handover"]),
    // the one verb that calls another: its mails are ordinary messages
    ("recovery", &["intake", "kratos", "store", "seal", "handover"]),
    ("hooks", &["store", "seal"]),
    ("upkeep", &["store", "seal", "handover"]),
    // edges
    ("config", &[]),
    ("metrics", &["store"]),
    (
        "http",
        &[
            "intake",
            "recovery",
            "hooks",
            "upkeep",
            "kratos",
            "auth",
            "store",
            "seal",
            "metrics",
            "handover",
            "templates",
        ],
    ),
    (
        "app",
        &[
            "config",
            "courier",
            "http",
            "intake",
            "metrics",
            "auth",
            "seal",
            "store",
            "templates",
            "transport",
            "handover",
            "mail",
            "recovery",
            "hooks",
            "upkeep",
            "kratos",
        ],
    ),
    ("doctor", &["app", "config", "courier", "kratos", "seal", "store", "transport"]),
    (
        "cli",
        &[
            "app",
            "config",
            "courier",
            "doctor",
            "gotemplate",
            "http",
            "mail",
            "seal",
            "store",
            "templates",
            "transport",
            "upkeep",
        ],
    ),
];

/// Crates that may stand on any floor above `domain`.
const EVERYWHERE: &[&str] = &["serde", "serde_json", "thiserror", "tokio", "futures_util", "tracing", "jiff", "uuid"];

/// The homes of all others.
const HOMES: &[(&str, &[&str])] = &[
    ("actix_tls", &["http"]),
    ("actix_web", &["http", "app"]),
    ("anyhow", &["app", "cli", "doctor"]),
    ("base64", &["auth", "app", "config", "doctor", "kratos", "recovery", "seal", "transport"]),
    ("chacha20poly1305", &["seal"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("deadpool_postgres", &["store"]),
    ("fastrand", &["courier", "cli"]),
    ("fluent_bundle", &["templates"]),
    ("fluent_langneg", &["templates"]),
    ("fluent_syntax", &["templates"]),
    ("getrandom", &["seal"]),
    ("handlebars", &["templates", "http"]),
    ("hickory_resolver", &["doctor"]),
    ("hkdf", &["seal"]),
    ("hmac", &["auth", "seal"]),
    ("html5gum", &["templates"]),
    ("idna", &["domain"]),
    ("lettre", &["mail"]),
    ("listenfd", &["config"]),
    ("mail_parser", &["http"]),
    ("prometheus_client", &["metrics"]),
    ("reqwest", &["cli", "kratos"]),
    ("rusqlite", &["store"]),
    ("rust_embed", &["templates"]),
    ("rustls", &["transport", "kratos", "http", "app", "cli", "store"]),
    ("rustls_platform_verifier", &["transport", "store"]),
    ("schemars", &["config"]),
    ("sd_notify", &["cli"]),
    ("serde_path_to_error", &["config"]),
    ("serde_saphyr", &["config", "cli"]),
    ("sha2", &["auth", "seal", "kratos", "app", "templates"]),
    ("subtle", &["auth"]),
    ("tokio_postgres", &["store"]),
    ("tokio_postgres_rustls", &["store"]),
    ("tokio_rustls", &["transport"]),
    ("tracing_subscriber", &["app"]),
    ("unic_langid", &["templates"]),
    ("url", &["config", "doctor", "http", "recovery", "cli", "store"]),
    ("webpki_roots", &["transport", "store"]),
    ("zeroize", &["domain", "transport"]),
];

/// What `domain` may use.
const DOMAIN: &[&str] = &["serde", "serde_json", "uuid", "jiff", "idna", "url", "thiserror", "zeroize"];

#[test]
fn arrows_only_point_down() {
    let mut wrong = Vec::new();
    for (module, file, line) in lines() {
        let allowed =
            MODULES.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("{module} has no floor")).1;
        for used in after(&line, "crate::") {
            let ours = MODULES.iter().any(|(name, _)| *name == used);
            if ours && used != module && used != "domain" && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {module} uses {used}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_crate_is_used_only_at_home() {
    let crates = dependencies();
    let mut wrong = Vec::new();
    for (module, file, line) in lines() {
        for name in &crates {
            let named = line.contains(&format!("{name}::")) && !line.contains(&format!("::{name}::"));
            let at_home =
                if module == "domain" && !HOMES.iter().any(|(home, at)| home == name && at.contains(&"domain")) {
                    DOMAIN.contains(&name.as_str())
                } else {
                    EVERYWHERE.contains(&name.as_str())
                        || HOMES.iter().any(|(home, at)| home == name && at.contains(&module.as_str()))
                };
            let word = line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
            if named && word && !at_home {
                wrong.push(format!("{}: {name} is not at home in {module}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_a_home_and_every_home_a_dependency() {
    let crates = dependencies();
    let homes: BTreeSet<String> = HOMES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .chain(EVERYWHERE.iter().map(|name| (*name).to_owned()))
        .collect();
    assert_eq!(crates, homes);
}

#[test]
fn no_file_is_over_300_lines() {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    let long: Vec<_> = files
        .iter()
        .map(|file| (file, std::fs::read_to_string(file).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 300)
        .collect();
    assert!(files.len() > 50 && long.is_empty(), "{long:?}");
}

/// Module, file and line of all code outside comments and tests.
fn lines() -> Vec<(String, PathBuf, String)> {
    let (src, mut files) = (root().join("src"), Vec::new());
    collect(&src, &mut files);
    let mut lines = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        let is_test = inside.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"));
        if module == "lib" || module == "main" || is_test {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.extend(code.map(|line| (module.clone(), file.clone(), line.to_owned())));
    }
    assert!(lines.len() > 2000, "the sources were not found");
    lines
}

fn dependencies() -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once(" = ")).filter(|(name, _)| !name.starts_with('#'));
    names.map(|(name, _)| name.trim().replace('-', "_")).collect()
}

/// The names that stand behind `prefix`, also in `crate::{a, b}`.
fn after(line: &str, prefix: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for rest in line.split(prefix).skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split(',').map(|one| name(one.trim()))),
            None => names.push(name(rest)),
        }
    }
    names
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
