//! What is shipped under deploy/, as far as it can be tried without a container engine.

use crate::shipped::{courier, deploy, text, yaml};
use postrider::app;
use postrider::config::{Config, DEFAULT_YML, DEV_KEY, Loaded, Span};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[test]
fn every_yaml_is_yaml() {
    let mut found = 0;
    let mut directories = vec![deploy()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
                assert!(yaml(&std::fs::read_to_string(&path).unwrap()).is_object(), "{}", path.display());
                found += 1;
            }
        }
    }
    assert_eq!(found, 6);
}

#[test]
fn retries_last_ten_minutes_and_the_batch_fits_kratos() {
    let block = courier("http://postrider/courier", "");
    let number = |pointer: &str| block.pointer(pointer).and_then(Value::as_u64).unwrap();
    let wait = block.pointer("/worker/pull_wait").and_then(Value::as_str).unwrap();
    let wait: Span = serde_json::from_value(wait.into()).unwrap();
    assert!(wait.get() * u32::try_from(number("/message_retries")).unwrap() >= Duration::from_mins(10));
    assert!(number("/worker/pull_count") <= 255, "Kratos keeps it in 8 bits");
    let content_type = block.pointer("/http/request_config/headers/Content-Type").and_then(Value::as_str);
    assert_eq!(content_type, Some("application/json"), "a charset would stop all mail");
}

/// Items of a list get no defaults from Kratos, so the commented one must be whole.
#[test]
fn the_channel_for_text_messages_is_written_out_like_that_for_mail() {
    let text = text("kratos/courier.yml");
    let (_, channels) = text.split_once("  # channels:").unwrap();
    let lines: Vec<&str> = channels.lines().skip(1).map(|line| line.strip_prefix("  #").unwrap()).collect();
    let channels = yaml(&format!("channels:\n{}", lines.join("\n")));
    let block = yaml(&text);
    assert_eq!(channels.pointer("/channels/0/id").unwrap(), "sms");
    assert_eq!(channels.pointer("/channels/0/type").unwrap(), "http");
    assert_eq!(channels.pointer("/channels/0/request_config"), block.pointer("/courier/http/request_config"));
}

/// With the variables of the image, which compose.yaml builds.
#[test]
fn the_example_of_compose_starts_outside_dev_and_knows_its_kratos() {
    let loaded = load(&deploy().join("compose/postrider.yml"));
    assert_eq!(loaded.warnings, Vec::<String>::new());
    assert_eq!(
        (loaded.config.serve.admin.host.as_str(), loaded.config.serve.public.host.as_str()),
        ("0.0.0.0", "0.0.0.0")
    );
    app::check(&loaded.config).unwrap();

    let own = yaml(&text("compose/postrider.yml"));
    let value = own.pointer("/sources/default/auth/0/config/value").and_then(Value::as_str).unwrap();
    assert!(!value.contains(DEV_KEY));
    let kratos = yaml(&text("compose/kratos.yml"));
    assert_eq!(kratos.get("courier"), Some(&courier("http://postrider:4478/courier", value)));
    let schema: Value = serde_json::from_str(&text("compose/identity.schema.json")).unwrap();
    assert!(schema.pointer("/properties/traits/properties/email").is_some());
    let token = own.pointer("/admin/tokens/0/value").and_then(Value::as_str).unwrap();
    assert!(text("compose.yaml").contains(token), "the comment that tells how to look into the inbox");
}

/// Cargo wants every target's file, also of those that are not built.
#[test]
fn the_image_is_built_from_every_file_that_cargo_names() {
    let root = deploy().join("..");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    assert_eq!(read(".dockerignore"), read(".containerignore"));
    let (ignore, manifest) = (read(".dockerignore"), read("Cargo.toml"));
    let allowed: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let fits = |pattern: &str, path: &str| match pattern.split_once('*') {
        Some((before, after)) => {
            let within = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            within.is_some_and(|within| !within.contains('/'))
        }
        None => path == pattern || path.starts_with(&format!("{pattern}/")),
    };
    let paths: Vec<&str> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"')).collect();
    assert!(paths.len() >= 7, "{paths:?}");
    for path in paths {
        assert!(allowed.iter().any(|pattern| fits(pattern, path)), "{path} is missing in .dockerignore");
    }
}

#[test]
fn what_compose_mounts_is_there() {
    let compose = yaml(&text("compose.yaml"));
    let mut mounted = 0;
    for service in compose.get("services").and_then(Value::as_object).unwrap().values() {
        for volume in service.get("volumes").and_then(Value::as_array).into_iter().flatten() {
            let source = volume.as_str().unwrap().split(':').next().unwrap();
            if source.starts_with('.') {
                assert!(deploy().join(source).is_file(), "{source}");
                mounted += 1;
            } else {
                assert!(compose.pointer(&format!("/volumes/{source}")).is_some(), "{source}");
            }
        }
    }
    assert!(mounted > 3);
}

#[test]
fn a_stop_has_time_to_drain_and_to_wait_for_written_bodies() {
    let defaults = yaml(DEFAULT_YML);
    let seconds = |pointer: &str| -> u64 {
        let span: Span = serde_json::from_value(defaults.pointer(pointer).unwrap().clone()).unwrap();
        span.get().as_secs()
    };
    // The courier is cut off after 2 s, the listeners close at once in 6 s, Kratos has 5 s.
    let needed = seconds("/serve/drain") + seconds("/courier/shutdown") + 2 + 6 + 5;
    let unit = text("systemd/postrider.service");
    let given = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
    assert!(given.parse::<u64>().unwrap() > needed);
    let compose = yaml(&text("compose.yaml"));
    let given = compose.pointer("/services/postrider/stop_grace_period").unwrap().clone();
    assert!(serde_json::from_value::<Span>(given).unwrap().get().as_secs() > needed);
}

fn load(file: &Path) -> Loaded {
    Config::load(&[PathBuf::from(file)], image_environment().into_iter(), false).unwrap()
}

/// The `ENV` of the image.
fn image_environment() -> Vec<(String, String)> {
    let image = text("Containerfile");
    let lines = image.lines().filter_map(|line| line.strip_prefix("ENV "));
    let pairs = lines.flat_map(str::split_whitespace).map(|pair| pair.split_once('=').unwrap());
    let found: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert!(found.len() >= 2);
    found
}
