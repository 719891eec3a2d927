//! Go's `text/template` and `html/template` as Kratos's mails are written in them: read, and written
//! anew in Handlebars. Knows Kratos's types, their fields and its template directory, and what a
//! template of ours may print (`templates/README.md`). Touches no file and runs no template: what
//! cannot be said in Handlebars is marked at its place.

mod ast;
mod branch;
mod builtin;
mod emit;
mod fields;
mod functions;
mod html;
mod lex;
mod literal;
mod parse;
mod pipeline;
mod place;
mod print;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod tree;
mod value;
mod walk;
mod word;

pub use builtin::{Release, builtins};
pub use place::{At, SyntaxError};
pub use tree::{Import, Imported, import};
pub use walk::Mark;

/// Names that mean something in a template of ours.
const RESERVED: &str = "code link expires_in_minutes name client recipient template_type channel locale dir start end \
    time_zone code_in_subject brand changed_at added_at time device place address method request_url_domain kratos data \
    this else as null true false t duration datetime mask url default if unless each with lookup eq ne gt gte lt lte and \
    or not len upper lower title trim nospace replace trunc substr concat join split contains hasPrefix hasSuffix \
    trimPrefix trimSuffix urlquery get ternary add sub mul div mod fail";

/// Whether no loop's variable may be called so.
fn reserved(name: &str) -> bool {
    RESERVED.split_whitespace().any(|word| word == name)
}
