//! A look at a template before Handlebars sees it. Handlebars 6.4 does not fail on templates that
//! include each other or nest too deeply: it aborts the process. So every tag is read here first,
//! and what cannot be read with certainty is refused.

use super::lex::{self, Tag};

/// How deep blocks, their `else` chains and the partials inside them may nest.
pub(super) const DEPTH: usize = 64;

/// What one template, or one inline partial in it, does.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) points: Vec<Point>,
    pub(super) bytes: usize,
}

/// A place in a body that takes stack: a block, or the use of a partial.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) line: usize,
    /// Blocks around it and itself.
    pub(super) depth: usize,
    /// The partials around whose `@partial-block` it becomes.
    pub(super) within: Vec<String>,
    pub(super) uses: Option<Use>,
}

/// The use of a partial; with a block of its own it may be missing.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: String,
    pub(super) has_default: bool,
}

/// A template and the inline partials that it defines.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) main: Body,
    pub(super) inlines: Vec<(String, Body)>,
}

/// Where reading stopped, and why.
pub(super) type Refusal = (usize, String);

struct Frame {
    /// How many levels it stands for: one, and one for each `else if`.
    levels: usize,
    partial: Option<String>,
    inline: Option<(String, Body)>,
}

/// Reads a template.
pub(super) fn scan(text: &str) -> Result<Scan, Refusal> {
    let mut scan = Scan { main: Body { points: Vec::new(), bytes: text.len() }, inlines: Vec::new() };
    let mut frames: Vec<Frame> = Vec::new();
    let mut slots = 0_usize;
    for tag in lex::tags(text) {
        let (line, tag) = tag?;
        match tag {
            Tag::Block => open(&mut scan, &mut frames, line, None, None)?,
            Tag::Else => {
                if let Some(frame) = frames.last_mut() {
                    frame.levels = frame.levels.saturating_add(1);
                }
                limit(&frames, line)?;
            }
            Tag::PartialBlock(name) => open(&mut scan, &mut frames, line, Some(name), None)?,
            Tag::Inline(name) => open(&mut scan, &mut frames, line, None, Some(name))?,
            Tag::Close => close(&mut scan, &mut frames),
            Tag::Partial(name) => note(&mut scan, &mut frames, line, Some(Use { name, has_default: false })),
            Tag::Slot => {
                slots = slots.saturating_add(1);
                if slots > 1 {
                    return Err((line, "{{> @partial-block}} may stand only once in a file".to_owned()));
                }
            }
            Tag::Plain => {}
        }
    }
    while !frames.is_empty() {
        close(&mut scan, &mut frames);
    }
    Ok(scan)
}

fn open(
    scan: &mut Scan,
    frames: &mut Vec<Frame>,
    line: usize,
    partial: Option<String>,
    inline: Option<String>,
) -> Result<(), Refusal> {
    let uses = partial.clone().map(|name| Use { name, has_default: true });
    note(scan, frames, line, uses);
    let inline = inline.map(|name| (name, Body::default()));
    frames.push(Frame { levels: 1, partial, inline });
    limit(frames, line)
}

fn limit(frames: &[Frame], line: usize) -> Result<(), Refusal> {
    if depth(frames) > DEPTH {
        return Err((line, format!("blocks nest more than {DEPTH} deep; take the inner ones out into a partial")));
    }
    Ok(())
}

fn close(scan: &mut Scan, frames: &mut Vec<Frame>) {
    if let Some(Frame { inline: Some(inline), .. }) = frames.pop() {
        scan.inlines.push(inline);
    }
}

/// Writes a point down in the innermost inline partial, or in the template itself.
fn note(scan: &mut Scan, frames: &mut [Frame], line: usize, uses: Option<Use>) {
    let start = frames.iter().rposition(|frame| frame.inline.is_some()).map_or(0, |at| at.saturating_add(1));
    let inner = frames.get(start..).unwrap_or_default();
    let within = inner.iter().filter_map(|frame| frame.partial.clone()).collect();
    let point = Point { line, depth: depth(inner).saturating_add(1), within, uses };
    let inline = frames.iter_mut().rev().find_map(|frame| frame.inline.as_mut());
    inline.map_or(&mut scan.main, |(_, body)| body).points.push(point);
}

fn depth(frames: &[Frame]) -> usize {
    frames.iter().map(|frame| frame.levels).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        scan(text).err().map(|(_, why)| why).unwrap_or_default()
    }

    #[test]
    fn partials_and_inline_partials_are_found() {
        let scan = scan("{{#> base}}\n{{#*inline \"top\"}}{{> x}}{{/inline}}{{#if a}}{{> y}}{{/if}}{{/base}}").unwrap();
        let names = |body: &Body| -> Vec<_> {
            body.points.iter().filter_map(|p| Some((p.uses.as_ref()?.name.clone(), p.depth, p.within.len()))).collect()
        };
        assert_eq!(names(&scan.main), [("base".to_owned(), 1, 0), ("y".to_owned(), 3, 1)]);
        assert_eq!(
            scan.inlines.iter().map(|(n, b)| (n.as_str(), names(b))).collect::<Vec<_>>(),
            [("top", vec![("x".to_owned(), 1, 0)])]
        );
    }

    #[test]
    fn deep_nesting_is_refused_however_it_is_written() {
        for (open, close) in [
            ("{{#if a}}", "{{/if}}"),
            ("{{~# if a ~}}", "{{~/ if ~}}"),
            ("{{#> p}}", "{{/p}}"),
            ("{{#*inline \"a\"}}", "{{/inline}}"),
            ("{{#if \"a }} {{/if}}\"}}", "{{/if}}"),
            ("{{#a.[x]}}", "{{/a.[x]}}"),
            ("{{!-- }} {{/if}} --}}{{#if a}}{{! {{/if}}", "{{/if}}"),
            ("\\{{/if}}\\\\{{#if a}}", "{{/if}}"),
        ] {
            assert!(refused(&format!("{}{}", open.repeat(2_000), close.repeat(2_000))).contains("64 deep"), "{open}");
            assert!(refused(&open.repeat(2_000)).contains("64 deep"), "{open} unclosed");
            assert_eq!(refused(&format!("{}{}", open.repeat(64), close.repeat(64))), "", "{open}");
        }
        let chain = format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if b}}".repeat(2_000));
        assert!(refused(&chain).contains("64 deep"));
        assert!(refused(&format!("{{{{eq {}a{} 1}}}}", "(not ".repeat(2_000), ")".repeat(2_000))).contains("brackets"));
    }

    #[test]
    fn a_second_slot_is_refused() {
        assert!(refused("{{> @partial-block}}{{> @partial-block}}").contains("only once"));
    }
}
