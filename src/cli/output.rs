//! The one place that prints: results to standard output, complaints to standard error.

use anyhow::Context as _;
use clap::ValueEnum;
use comfy_table::{Table, TableStyle};
use serde_json::Value;

/// How to print lists.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// For eyes.
    Table,
    /// For programs.
    Json,
    /// For both.
    Yaml,
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "the one place that prints results")]
pub(super) fn say(text: &str) {
    println!("{text}");
}

/// Prints a complaint.
#[expect(clippy::print_stderr, reason = "the one place that prints complaints")]
pub(super) fn complain(text: &str) {
    eprintln!("postrider: {text}");
}

/// Prints objects: all of them as JSON or YAML, their `columns` as a table.
pub(super) fn print(format: Format, items: &[Value], columns: &[&str]) -> anyhow::Result<()> {
    match format {
        Format::Json => say(&serde_json::to_string_pretty(items)?),
        Format::Yaml => say(serde_saphyr::to_string(&items)?.trim_end()),
        Format::Table => {
            let mut table = Table::new();
            table.load_style(TableStyle::new()).set_header(columns.iter().map(|name| name.to_uppercase()));
            for item in items {
                table.add_row(columns.iter().map(|name| plain(item.get(*name).unwrap_or(&Value::Null))));
            }
            say(&table.to_string());
        }
    }
    Ok(())
}

/// Prints the list that a server answered with.
pub(super) fn print_all(format: Format, answer: &Value, columns: &[&str]) -> anyhow::Result<()> {
    print(format, answer.as_array().context("the answer is no list")?, columns)
}

/// Prints one object, a line a key in a table.
pub(super) fn print_one(format: Format, item: &Value) -> anyhow::Result<()> {
    match (format, item) {
        (Format::Json, _) => say(&serde_json::to_string_pretty(item)?),
        (Format::Yaml, _) => say(serde_saphyr::to_string(item)?.trim_end()),
        (Format::Table, Value::Object(fields)) => {
            let mut table = Table::new();
            table.load_style(TableStyle::new());
            for (key, value) in fields {
                table.add_row([key.clone(), plain(value)]);
            }
            say(&table.to_string());
        }
        (Format::Table, other) => say(&plain(other)),
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            let shown = fields.iter().filter(|(key, value)| !value.is_null() && !key.ends_with("id"));
            shown.map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}
