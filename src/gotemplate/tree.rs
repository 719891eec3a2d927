//! Kratos's template directory (`courier.template_override_path`): which file is which part of which
//! mail, and what becomes of each.

use super::ast::{self, Node};
use super::builtin::{Release, builtin};
use super::fields::Mail;
use super::parse::parse;
use super::place::SyntaxError;
use super::walk::{Mark, Templates, translate};
use crate::domain::{Channel, TemplateType};
use std::collections::{BTreeMap, BTreeSet};

/// A template directory, translated.
#[derive(Debug, Default)]
pub struct Import {
    /// The files to write.
    pub files: Vec<Imported>,
    /// What was left out, and why.
    pub left_out: Vec<(String, String)>,
}

/// A file of ours.
#[derive(Debug)]
pub struct Imported {
    /// Below `templates.directory`.
    pub path: String,
    /// Below Kratos's.
    pub from: String,
    /// Whether it is Kratos's own, since the directory has none.
    pub builtin: bool,
    /// The Handlebars.
    pub text: String,
    /// The places that need a hand.
    pub marks: Vec<Mark>,
}

/// A part of a mail: Kratos's file, ours behind the type, whether it is HTML.
type Part = (&'static str, &'static str, bool);

const MAIL: [Part; 3] = [
    ("email.subject", "subject.hbs", false),
    ("email.body.plaintext", "text.hbs", false),
    ("email.body", "html.hbs", true),
];
const SMS: [Part; 1] = [("sms.body", "", false)];

/// Translates a directory, given as paths and texts. What it lacks of a mail is taken from the templates
/// that this Kratos brings along.
pub fn import(files: &BTreeMap<String, String>, release: Release) -> Import {
    let mut import = Import::default();
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in files.keys() {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        folders.entry(folder).or_default().push(name);
    }
    for (folder, names) in folders {
        match row(folder) {
            Ok(of) => import.folder(&Source { files, release, folder, names: &names }, of),
            Err(why) => {
                import.left_out.extend(names.iter().map(|name| (join(folder, name), why.to_owned())));
            }
        }
    }
    import
}

/// The mail type of a folder of Kratos's.
fn row(folder: &str) -> Result<Mail, &'static str> {
    let kind = TemplateType::parse(&folder.replace('/', "_"));
    match (folder, kind.row()) {
        ("otp", _) => Err("Kratos v1.0 posts this text message finished, without its code"),
        ("test_stub", _) => Err("it is for Kratos's own tests"),
        (_, Some(row)) if builtin(&join(folder, "email.subject.gotmpl"), Release::Current).is_some() => {
            Ok(Mail { row, channel: Channel::Email })
        }
        _ => Err("Kratos reads no template here"),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A folder of a mail type.
struct Source<'a> {
    files: &'a BTreeMap<String, String>,
    release: Release,
    folder: &'a str,
    names: &'a [&'a str],
}

impl Import {
    fn folder(&mut self, source: &Source<'_>, mail: Mail) {
        let mut read: BTreeSet<&str> = BTreeSet::new();
        for (channel, parts) in [(Channel::Email, MAIL.as_slice()), (Channel::Sms, SMS.as_slice())] {
            let mail = Mail { channel, ..mail };
            let own = |(stem, _, _): &&Part| source.names.contains(&format!("{stem}.gotmpl").as_str());
            if parts.iter().filter(own).count() == 0 {
                continue;
            }
            // Parts in the words of three houses make no mail: what the operator has not, is Kratos's.
            for part in parts {
                read.extend(source.names.iter().filter(|name| name.starts_with(part.0) && own(&part)));
                self.files.extend(source.part(part, mail));
            }
        }
        let unread = source.names.iter().filter(|name| !read.contains(**name));
        self.left_out.extend(unread.map(|name| {
            let why = "Kratos does not read it: the file that it begins with is missing";
            (join(source.folder, name), why.to_owned())
        }));
    }
}

impl Source<'_> {
    /// One part of a mail, with all files that Kratos reads for it.
    fn part(&self, (stem, ours, html): &Part, mail: Mail) -> Option<Imported> {
        let file = format!("{stem}.gotmpl");
        let from = join(self.folder, &file);
        let own = self.files.get(&from).map(String::as_str);
        let path = match mail.channel {
            Channel::Email => format!("mails/{}/{ours}", mail.row.name),
            Channel::Sms => format!("sms/{}.hbs", mail.row.name),
        };
        let texts: Vec<(String, &str)> = match own {
            Some(_) => {
                let beside =
                    self.names.iter().filter(|name| name.starts_with(stem)).map(|name| join(self.folder, name));
                beside.filter_map(|path| self.files.get(&path).map(|text| (path, text.as_str()))).collect()
            }
            None => vec![(from.clone(), builtin(&from, self.release)?)],
        };
        let (text, marks) = set(&texts, &file, mail, *html);
        Some(Imported { path, from, builtin: own.is_none(), text, marks })
    }
}

/// Reads a set of files and translates its main one.
fn set(texts: &[(String, &str)], file: &str, mail: Mail, html: bool) -> (String, Vec<Mark>) {
    let mut trees: Vec<(&str, Vec<Node>)> = Vec::new();
    for (path, text) in texts {
        match parse(&text.trim_start_matches('\u{feff}').replace("\r\n", "\n")) {
            Ok(nodes) => trees.push((path, nodes)),
            Err(SyntaxError { at, why }) => {
                let told = format!("Go cannot read {path}:{at}: {why}");
                let text = format!("{{{{fail {}}}}}\n", serde_json::Value::from(told));
                return (text, vec![Mark { file: path.clone(), at, why, source: String::new() }]);
            }
        }
    }
    let mut templates = Templates::new();
    for (path, nodes) in &trees {
        let name = path.rsplit_once('/').map_or(*path, |(_, name)| name);
        templates.insert(name, (path, nodes));
    }
    for (path, nodes) in &trees {
        define(&mut templates, path, nodes);
    }
    let mut marks: Vec<Mark> = Vec::new();
    let (text, found) = translate(&templates, file, mail, html);
    for mark in found {
        // A template that is included twice is no two places.
        let same = |other: &Mark| *other == mark && (other.at.line, other.at.column) == (mark.at.line, mark.at.column);
        if !marks.iter().any(same) {
            marks.push(mark);
        }
    }
    (text, marks)
}

/// Finds `{{define}}` and `{{block}}`, wherever they stand.
fn define<'a>(templates: &mut Templates<'a>, path: &'a str, nodes: &'a [Node]) {
    for node in nodes {
        match node {
            Node::Define(_, name, body) => {
                define(templates, path, body);
                // Go keeps an older one where the newer is empty.
                if !ast::source(body).trim().is_empty() || !templates.contains_key(name.as_str()) {
                    templates.insert(name, (path, body));
                }
            }
            Node::Block(call, body) => {
                define(templates, path, body);
                templates.entry(&call.name).or_insert((path, body));
            }
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                define(templates, path, &branch.body);
                define(templates, path, branch.otherwise.as_deref().unwrap_or_default());
            }
            _ => {}
        }
    }
}
