//! The table on the terminal and the same as JSON.

use crate::load::Seen;
use crate::machine::{self, Cores};
use crate::posts::Posts;
use serde_json::{Map, Value, json};
use std::path::Path;

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// Everything that was measured in this run.
pub(crate) struct Report {
    name: &'static str,
    about: String,
    sections: Vec<Section>,
    goals: Vec<(String, f64, Goal)>,
}

/// One measured situation.
pub(crate) struct Section {
    title: String,
    cores: Cores,
    lines: Vec<(String, [f64; 3], String)>,
    rows: Vec<Vec<String>>,
    notes: Vec<(String, f64)>,
}

impl Section {
    /// p50, p99 and max of something.
    pub(crate) fn line(&mut self, name: &str, seen: &Seen, remark: &str) {
        let quantiles = [0.5, 0.99, 1.0].map(|part| seen.quantile(part));
        self.lines.push((name.to_owned(), quantiles, remark.to_owned()));
    }

    /// One row of a table of the section's own; the first is its head.
    pub(crate) fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| cell.to_string()).collect());
    }

    pub(crate) fn note(&mut self, name: &str, value: f64) {
        self.notes.push((name.to_owned(), value));
    }
}

impl Report {
    /// `target/<name>.json` is where it is written.
    pub(crate) fn new(name: &'static str, posts: &Posts) -> Self {
        let about = format!(
            "{}; {} bodies recorded from Kratos v26.2.0, {} bytes on average with the head",
            machine::describe(),
            posts.count(),
            posts.bytes()
        );
        Self { name, about, sections: Vec::new(), goals: Vec::new() }
    }

    pub(crate) fn section(&mut self, title: &str, cores: Cores) -> &mut Section {
        eprintln!("measured: {title}");
        let title = title.to_owned();
        self.sections.push(Section { title, cores, lines: Vec::new(), rows: Vec::new(), notes: Vec::new() });
        self.sections.last_mut().unwrap()
    }

    pub(crate) fn goal(&mut self, name: &str, value: f64, goal: Goal) {
        self.goals.push((name.to_owned(), value, goal));
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.about);
        for section in &self.sections {
            println!("\n{}", section.title);
            if !section.lines.is_empty() {
                let mut rows = vec![["", "p50", "p99", "max", ""].map(str::to_owned).to_vec()];
                for (name, [p50, p99, max], remark) in &section.lines {
                    let figure = |value: &f64| format!("{value:.2}");
                    rows.push(vec![name.clone(), figure(p50), figure(p99), figure(max), remark.clone()]);
                }
                println!("{}", table(&rows));
            }
            if !section.rows.is_empty() {
                println!("{}", table(&section.rows));
            }
            for (name, value) in &section.notes {
                println!("{name}: {}", rounded(*value));
            }
            let Cores { server, client, others } = section.cores;
            println!("cores used: server {server:.2}, client {client:.2}, other programs {others:.2}");
        }
        let mut rows = vec![["goal", "is", "should be", "×", ""].map(str::to_owned).to_vec()];
        for (name, value, goal) in &self.goals {
            let (bound, word, ratio) = goal.judge(*value);
            let met = if ratio <= 1.0 { "met" } else { "missed" };
            let bound = format!("{word} {}", rounded(bound));
            rows.push(vec![name.clone(), rounded(*value), bound, format!("{ratio:.2}"), met.to_owned()]);
        }
        println!(
            "\n{}\n\n(× is the part of the goal that is used up: 1.00 just meets it, less is better)",
            table(&rows)
        );
    }

    /// Into `target/<name>.json`.
    pub(crate) fn write(&self) {
        let section = |section: &Section| {
            let line = |(name, [p50, p99, max], remark): &(String, [f64; 3], String)| json!({"name": name, "p50_ms": p50, "p99_ms": p99, "max_ms": max, "remark": remark});
            let Cores { server, client, others } = section.cores;
            json!({
                "title": section.title,
                "lines": section.lines.iter().map(line).collect::<Vec<_>>(),
                "rows": section.rows,
                "notes": section.notes.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>(),
                "cores": {"server": server, "client": client, "others": others},
            })
        };
        let goal = |(name, value, goal): &(String, f64, Goal)| {
            let (bound, word, ratio) = goal.judge(*value);
            json!({"name": name, "value": value, "bound": format!("{word} {bound}"), "ratio": ratio, "met": ratio <= 1.0})
        };
        let json = json!({
            "about": self.about,
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(),
            "goals": self.goals.iter().map(goal).collect::<Vec<Value>>(),
        });
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(format!("{}.json", self.name));
        std::fs::write(&path, serde_json::to_string_pretty(&json).unwrap()).unwrap();
        println!("written to {}", path.display());
    }
}

impl Goal {
    /// The bound, its word, and the part of it that is used up.
    fn judge(self, value: f64) -> (f64, &'static str, f64) {
        match self {
            Self::AtMost(bound) => (bound, "≤", (value / bound).max(0.0)),
            Self::AtLeast(bound) => (bound, "≥", bound / value),
        }
    }
}

/// As Markdown, so that it can be pasted. The first row is the head; all have as many cells.
fn table(rows: &[Vec<String>]) -> String {
    let widths: Vec<_> =
        (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:width$} ", width = *width));
        format!("|{}|", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = format!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|"));
    let (header, body) = rows.split_first().unwrap();
    [vec![line(header), rule], body.iter().map(line).collect()].concat().join("\n")
}

/// Two digits behind the point, where they tell something.
pub(crate) fn rounded(value: f64) -> String {
    if value.abs() < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}
