//! Tokens, as Go cuts them.

use crate::gotemplate::lex::{Token, tokens};
use proptest::prelude::*;

fn all(text: &str) -> Vec<Token> {
    tokens(text).unwrap().into_iter().map(|(token, _)| token).collect()
}

fn text(text: &str) -> Token {
    Token::Text(text.to_owned())
}

#[test]
fn markers_trim_the_text_beside_them() {
    let (open, close, dot, space) = (Token::Open, Token::Close, Token::Dot, Token::Space);
    let found = all("a \n{{- . -}}\n b {{ . }} c{{-3}}{{- -3 -}} d");
    let three = |sign: &str| Token::Number(format!("{sign}3"));
    let action = |inner: &[Token]| [std::slice::from_ref(&open), inner, std::slice::from_ref(&close)].concat();
    let expected = [
        vec![text("a")],
        action(&[space.clone(), dot.clone()]),
        vec![text("b ")],
        action(&[space.clone(), dot, space.clone()]),
        vec![text(" c")],
        action(&[three("-")]),
        action(&[space, three("-")]),
        vec![text("d")],
    ];
    assert_eq!(found, expected.concat());
}

#[test]
fn comments_strings_and_names() {
    let word = |name: &str| Token::Word(name.to_owned());
    assert_eq!(all("{{/* a }} b */}}x"), [Token::Comment(" a }} b ".to_owned()), text("x")]);
    assert_eq!(all("x {{- /* a */ -}} y"), [text("x"), Token::Comment(" a ".to_owned()), text("y")]);
    let found = all("{{if\n\"}}\\\"\" `a}}\n` 'x' $a.b_c .Dö.e|(len),$:==.}}");
    let field = |name: &str| Token::Field(name.to_owned());
    let variable = |name: &str| Token::Variable(name.to_owned());
    let expected = [
        Token::Open,
        word("if"),
        Token::Space,
        Token::Str("}}\"".to_owned()),
        Token::Space,
        Token::Str("a}}\n".to_owned()),
        Token::Space,
        Token::Number("'x'".to_owned()),
        Token::Space,
        variable("$a"),
        field("b_c"),
        Token::Space,
        field("Dö"),
        field("e"),
        Token::Pipe,
        Token::Left,
        word("len"),
        Token::Right,
        Token::Comma,
        variable("$"),
        Token::Declare,
        Token::Assign,
        Token::Dot,
        Token::Close,
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_go_refuses_is_refused_with_its_place() {
    for (bad, place) in [
        ("a\n b {{ .X", "2:4: the action is never closed"),
        ("{{/* x }}", "1:1: the comment"),
        ("{{/* x */ }}", "1:10: a comment ends"),
        ("{{ \"a\n\" }}", "1:4: the \" is never closed"),
        ("{{ `a }}", "1:4: the ` is never"),
        ("{{ # }}", "1:4: '#' has no meaning"),
        ("{{ '\\q' }}", "1:4: there is no such escape"),
    ] {
        let error = tokens(bad).unwrap_err().to_string();
        assert!(error.starts_with(place), "{bad}: {error}");
    }
}

proptest! {
    #[test]
    fn nothing_is_too_odd_to_be_read_or_refused(text in any::<String>()) {
        let _any = tokens(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_template_is(text in "(\\{\\{-? ?|-?\\}\\}|[ .$|a\"'`\\\\/*()0\n-]|if|end|else|range){0,40}") {
        let _any = tokens(&text);
    }
}
