//! Reading and translating, from odd input to whole directories.

mod lex;
mod marks;
mod parse;
mod strategies;
mod tree;

pub(crate) use strategies::template;

use super::{Import, Release, import};

/// What one text part becomes.
fn text(template: &str) -> (String, Vec<String>) {
    part("email.body.plaintext.gotmpl", "text.hbs", template)
}

/// What one HTML part becomes.
fn html(template: &str) -> (String, Vec<String>) {
    part("email.body.gotmpl", "html.hbs", template)
}

fn part(theirs: &str, ours: &str, template: &str) -> (String, Vec<String>) {
    let import = directory(&[(&format!("verification_code/valid/{theirs}"), template)]);
    let file = import.files.into_iter().find(|file| file.path.ends_with(ours)).unwrap();
    let marks = file.marks.iter().map(|mark| format!("{}:{}: {}", mark.file, mark.at, mark.why)).collect();
    (file.text, marks)
}

fn directory(files: &[(&str, &str)]) -> Import {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    import(&files, Release::Current)
}
