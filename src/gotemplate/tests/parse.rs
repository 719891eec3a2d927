//! Trees, as Go reads them, and what Go refuses.

use super::strategies::nodes;
use crate::gotemplate::ast::source;
use crate::gotemplate::parse::parse;
use crate::gotemplate::{Release, import};
use proptest::prelude::*;

fn again(text: &str) -> String {
    source(&parse(text).unwrap())
}

#[test]
fn a_tree_is_written_as_it_was_read() {
    for text in [
        "a {{.}} {{.A.B}} {{$}} {{$.A}} {{$x.A}} {{(.A | len).B}} b",
        "{{$a := 1}}{{$a = (len .X)}}{{range $i, $e := .X}}{{$i}}{{else}}none{{end}}",
        "{{if eq .A \"x\\n\" true nil 'c' 0x1F -2.5}}{{with $x := .B | printf \"%s\"}}{{$x}}{{end}}{{else}}{{end}}",
        "{{define \"a\"}}x{{end}}{{template \"a\"}}{{template \"a\" .X}}{{block \"b\" .}}y{{end}}{{/* c */}}",
        "{{range .X}}{{break}}{{continue}}{{end}}",
    ] {
        assert_eq!(again(text), text);
    }
    assert_eq!(again("{{  if .A -}} x {{- else if .B }}y{{ end }}"), "{{if .A}}x{{else}}{{if .B}}y{{end}}{{end}}");
    assert_eq!(again("{ {{- .A }}"), "{ {{- .A}}");
    assert_eq!(again("{{ `a` | len }}{{.A|len|not}}"), "{{\"a\" | len}}{{.A | len | not}}");
}

#[test]
fn what_go_refuses_is_refused_with_its_place_and_reason() {
    for (bad, told) in [
        ("{{if .X}}", "1:1: {{if}} is never closed"),
        ("{{end}}", "1:1: {{end}} closes nothing"),
        ("a\n{{else}}", "2:1: {{else}} belongs to nothing"),
        ("{{if .X}}{{else}}{{else}}{{end}}", "1:18: a second {{else}}"),
        ("{{if}}x{{end}}", "1:3: a value is missing"),
        ("{{}}", "1:1: a value is missing"),
        ("{{.A .B", "1:1: the action is never closed"),
        ("{{.A)}}", "1:5: this has no meaning here"),
        ("{{(.A}}", "1:6: this has no meaning here"),
        ("{{.A | \"x\"}}", "1:8: a pipeline goes on with a function"),
        ("{{nil}}", "1:3: nil is no command"),
        ("{{template x}}", "1:12: the name of a template"),
        ("{{block \"x\"}}{{end}}", "1:12: behind the name of a {{block}}"),
        ("{{if .A}}{{define \"x\"}}{{end}}{{end}}", "1:22: {{define}} stands inside"),
        ("{{$x, .A := 1}}", "1:9: behind $a, $b stands :="),
        ("{{.A := 1}}", "1:6: only a variable can be set"),
        ("{{break}}", "1:8: {{break}} stands outside"),
        ("{{range .A}}{{else if .B}}{{end}}", "1:20: {{else if}} cannot belong to {{range}}"),
        ("{{\"a\".B}}", "1:3: .B of something that has no fields"),
        ("{{len\"x\"}}", "1:6: a blank is missing"),
        ("{{1i}}", "1:3: 1i is no number"),
    ] {
        let error = parse(bad).unwrap_err().to_string();
        assert!(error.starts_with(told), "{bad}: {error}");
    }
    let deep = |open: &str, close: &str| parse(&format!("{}{}", open.repeat(5_000), close.repeat(5_000)));
    for found in [deep("{{if .X}}", "{{end}}"), deep("{{if .X}}{{else if .Y}}", "{{end}}")] {
        assert!(found.unwrap_err().why.contains("60 deep"));
    }
    assert!(
        parse(&format!("{{{{{}.X{}}}}}", "(".repeat(5_000), ")".repeat(5_000))).unwrap_err().why.contains("60 deep")
    );
}

proptest! {
    #[test]
    fn any_tree_is_read_back(nodes in nodes()) {
        let text = source(&nodes);
        prop_assert_eq!(parse(&text), Ok(nodes), "{}", text);
    }

    #[test]
    fn no_text_is_too_odd(text in "(\\{\\{-? ?|-?\\}\\}| |\\.[A-Z]|\\$x|:=|=|\\||\"|`|\\(|\\)|,|/\\*|\\*/|if|else|end|range|with|define|template|block|<|>|-->|<!--|href=|\n|a){0,40}") {
        for name in ["email.body.gotmpl", "email.subject.gotmpl"] {
            let files = [(format!("recovery_code/valid/{name}"), text.clone())].into();
            prop_assert_eq!(import(&files, Release::Current).files.len(), 3);
        }
    }

    #[test]
    fn nor_is_any_bytes(text in any::<String>()) {
        prop_assert_eq!(import(&[("login_code/valid/sms.body.gotmpl".to_owned(), text)].into(), Release::Current).files.len(), 1);
    }
}
