//! `check`: ours pass, and each flaw of an operator's file is told with its place and cure.

use super::super::*;
use super::overlay::directory;
use std::path::Path;

fn inspected(options: &Options) -> Vec<String> {
    inspect(options, &[]).problems.iter().map(ToString::to_string).collect()
}

fn overlaid(files: &[(&str, &[u8])]) -> Vec<String> {
    let place = directory(files);
    inspected(&Options { directory: Some(place.path().to_owned()), ..Options::default() })
}

#[test]
fn ours_have_no_flaw_in_any_brand() {
    let place = tempfile::tempdir().unwrap();
    let logo = place.path().join("logo.png");
    std::fs::write(&logo, logo::tests::png(300, 80)).unwrap();
    let brand = |colour: &str, logo_file| Brand {
        name: "Example Shop".to_owned(),
        support_address: Some("help@example.org".to_owned()),
        colour: Some(colour.to_owned()),
        logo_file,
        ..Brand::default()
    };
    let options = Options {
        brand: brand("#ffee00", Some(logo)),
        brands: [("dark".to_owned(), brand("#000000", None)), ("light".to_owned(), brand("#fff", None))].into(),
        clients: [("grey".to_owned(), brand("#808080", None))].into(),
        ..Options::default()
    };
    let inspection = inspect(&options, &[]);
    assert_eq!(inspection.problems, []);
    assert!(inspection.types >= 24 && inspection.locales.len() == 12, "{} {:?}", inspection.types, inspection.locales);
    assert!(inspection.rendered > inspection.types * inspection.locales.len(), "{}", inspection.rendered);
    let without_code = Options { code_in_subject: false, ..Options::default() };
    assert_eq!(inspected(&without_code), [""; 0]);
}

#[test]
fn each_flaw_is_told_with_its_place() {
    let told = overlaid(&[
        (
            "mails/login_code_valid/html.hbs",
            b"{{#> base heading=(t \"login-code-subject\")}}\n{{> code}}\n<img src=\"https://x.example/pixel.gif\" alt=\"\">\n  <a href=\"{{data.identity.traits.locale}}\">x</a>\n{{> faint}}\n{{/base}}\n",
        ),
        ("partials/faint.html.hbs", b"<p\n  style=\"color:#ccc;margin:0\">hardly there</p>\n"),
        ("mails/login_code_valid/subject.hbs", b"{{code}}\nand more\n"),
        ("mails/login_code_valid/text.hbs", b"Hello\n"),
        ("mails/recovery_code_valid/text.hbs", b"{{code}} {{#if false}}{{nme}}{{/if}}\n"),
        ("mails/recovery_valid/html.hbs", b"<html lang=\"en\" dir=\"ltr\"><title>t</title><p>{{url link}}</p><script>x</script>"),
        ("locales/sv/common.ftl", b"greeting = Hej\n"),
        ("mails/raffle/subject.hbs", b"x"),
        ("mails/raffle/text.hbs", b"x"),
    ]);
    for expected in [
        "mails/login_code_valid/html.hbs:3:1: remote content is blocked",
        "mails/login_code_valid/html.hbs:4:3: the link is unsafe or leads nowhere",
        "mails/login_code_valid/html.hbs:4:12: href prints data.identity.traits.locale unchecked; write {{url data",
        "partials/faint.html.hbs:1:1: the text is hard to read: #cccccc on #ffffff has a contrast of 1.6",
        "mails/login_code_valid/text.hbs:1:1: it does not show the code; print {{code}}",
        "mails/recovery_code_valid/text.hbs:1:23: there is no value nme; did you mean name?",
        "mails/recovery_valid/html.hbs:1:62: <script> does not work in mail",
        "locales/sv/codes.ftl:1:1: recovery-title is missing; mails/recovery_",
        "mails/raffle/text.hbs:1:1: it has no sample",
    ] {
        assert!(told.iter().any(|problem| problem.starts_with(expected)), "{expected}\n{told:#?}");
    }
    assert!(told.iter().all(|problem| problem.split(':').nth(2).is_some_and(|column| column.parse::<usize>().is_ok())));
}

#[test]
fn a_subject_over_one_line_is_told_once_the_rest_is_right() {
    let told = overlaid(&[("mails/login_code_valid/subject.hbs", b"{{code}}\nand more\n")]);
    assert_eq!(
        told,
        ["mails/login_code_valid/subject.hbs:1:1: the subject is longer than one line; leave out the line breaks"]
    );
}

#[test]
fn a_failure_within_a_partial_is_told_where_it_is() {
    let told = overlaid(&[
        ("mails/login_code_valid/text.hbs", b"{{code}}\n{{> inner}}\n"),
        ("partials/inner.text.hbs", b"line one\n  {{data.none}}\n"),
    ]);
    assert_eq!(told, ["partials/inner.text.hbs:2:3: data.none is missing (for mails/login_code_valid/text.hbs)"]);
}

#[test]
fn recorded_bodies_are_rendered_as_if_they_came_again() {
    let recorded = |file: &str, json: &str| Recorded { file: file.to_owned(), json: json.to_owned() };
    let bodies = [
        recorded(
            "a.json",
            "{\"recipient\":\"u@example.org\",\"template_type\":\"login_code_valid\",\"template_data\":{\"login_code\":\"012345\"}}",
        ),
        recorded("b.json", "{\"recipient\":\"u@example.org\",\"template_type\":\"login_code_valid\"}"),
        recorded("c.json", "{\"recipient\":\"u@example.org\",\"template_type\":\"brand_new\"}"),
        recorded("d.json", "[]"),
    ];
    let without = inspect(&Options::default(), &[]);
    let with = inspect(&Options::default(), &bodies);
    assert_eq!(with.rendered, without.rendered + 12);
    assert_eq!(with.as_kratos_wrote_them, 2);
    let told: Vec<_> = with.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("d.json: is no body of Kratos's courier"), "{told:?}");

    let place = directory(&[("mails/login_code_valid/text.hbs", b"{{code}} {{data.identity.id}}\n")]);
    let options = Options { directory: Some(place.path().to_owned()), ..Options::default() };
    let told: Vec<_> = inspect(&options, &bodies[..1]).problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["mails/login_code_valid/text.hbs:1:10: a.json: data.identity.id is missing"]);
}

#[test]
fn a_logo_or_directory_that_is_not_there_is_told() {
    let mut options = Options { directory: Some(Path::new("/nowhere").to_owned()), ..Options::default() };
    options.brand.logo_file = Some(Path::new("/nowhere.png").to_owned());
    options.default_locale = "tlh".to_owned();
    let told = inspected(&options);
    for expected in ["/nowhere: cannot be read", "/nowhere.png: the logo cannot be read", "there is no language tlh"] {
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}: {told:?}");
    }
}
