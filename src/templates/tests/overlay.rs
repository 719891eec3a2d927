//! The operator's own files: what is refused at load, and what happens when they fail later.

use super::super::*;
use super::{load, sample};
use std::fs;
use std::path::Path;

pub(in super::super) fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let place = directory.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }
    directory
}

pub(super) fn with(directory: &Path) -> Result<Templates, TemplatesError> {
    Templates::load(Options { directory: Some(directory.to_owned()), ..Options::default() })
}

fn refused(files: &[(&str, &[u8])]) -> String {
    with(directory(files).path()).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_copy_of_ours_is_a_valid_overlay() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let templates = with(&ours).unwrap();
    let render = templates.render("default", &sample(&templates, "login_code_valid", |_| ()));
    assert_eq!((render.source, render.fallback), (TemplateSource::Overlay, None));
    assert_eq!(
        render.rendered,
        load(|_| ()).render("default", &sample(&templates, "login_code_valid", |_| ())).rendered
    );
}

#[test]
fn a_file_replaces_ours_and_a_partial_reaches_its_mails() {
    let place = directory(&[
        ("mails/login_code_valid/subject.hbs", b"{{code}}: log in, {{data.identity.traits.locale}}\r\n"),
        ("partials/button.html.hbs", b"<a href=\"{{url link}}\">{{> @partial-block}} {{url link}}</a>"),
        ("README.md", b"notes"),
        (".git/config", b"\xff"),
    ]);
    let templates = with(place.path()).unwrap();
    let of = |name: &str| templates.render("default", &sample(&templates, name, |_| ()));
    assert_eq!(of("login_code_valid").rendered.subject, "012345: log in, en");
    assert_eq!(of("login_code_valid").source, TemplateSource::Overlay);
    assert_eq!(of("recovery_valid").source, TemplateSource::Overlay);
    assert!(
        of("recovery_valid").rendered.html.unwrap().contains("Recover access https&#x3A;//")
            || of("recovery_valid").rendered.html.unwrap().contains("Recover access https://")
    );
    assert_eq!(of("recovery_code_valid").source, TemplateSource::BuiltIn);
}

#[test]
fn a_loop_and_a_partial_with_a_value_see_their_own_names() {
    let place = directory(&[
        (
            "mails/login_code_valid/text.hbs",
            b"{{#if name}}{{name}} {{/if}}{{code}}{{#each data.transient_payload.people}} {{name}}{{#if (eq ../channel \"email\")}}!{{/if}}{{/each}}{{> one data.transient_payload.boss}}",
        ),
        ("partials/one.text.hbs", b" {{name}}"),
        (
            "mails/login_code_valid/sample.json",
            br#"{"recipient": "u@example.org", "template_type": "login_code_valid", "template_data": {
                "login_code": "012345", "identity": {"traits": {"name": "Ada"}},
                "transient_payload": {"people": [{"name": "Bo"}, {"name": "Cy"}], "boss": {"name": "Di"}}}}"#,
        ),
    ]);
    let templates = with(place.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(templates.samples("login_code_valid").count(), 1, "with his own sample ours are none");
    let payload = sample(&templates, "login_code_valid", |_| ());
    let render = templates.render("default", &payload);
    assert_eq!((render.source, render.rendered.text.as_str()), (TemplateSource::Overlay, "Ada 012345 Bo! Cy! Di\n"));
}

#[test]
fn an_overlay_that_fails_on_real_data_is_made_good_by_ours() {
    let place = directory(&[("mails/login_code_valid/text.hbs", b"{{code}} {{data.identity.traits.locale}}")]);
    let templates = with(place.path()).unwrap();
    let good = templates.render("default", &sample(&templates, "login_code_valid", |_| ()));
    assert_eq!(
        (good.source, good.fallback, good.rendered.text.as_str()),
        (TemplateSource::Overlay, None, "012345 en\n")
    );
    let payload = sample(&templates, "login_code_valid", |json| {
        json["template_data"]["identity"]["traits"] = serde_json::json!({});
    });
    let render = templates.render("default", &payload);
    assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, Some("overlay_failed")));
    assert_eq!(render.rendered, load(|_| ()).render("default", &payload).rendered);
}

#[test]
fn a_code_that_is_hidden_or_a_mail_that_swells_is_made_good_too() {
    let place = directory(&[
        ("mails/login_code_valid/text.hbs", b"{{#if data.transient_payload.x}}gone{{else}}{{code}}{{/if}}"),
        ("mails/recovery_code_valid/text.hbs", b"{{code}}{{#each data.transient_payload.x}}{{> big}}{{else}}{{/each}}"),
        ("partials/big.text.hbs", &vec![b'x'; 60_000]),
    ]);
    let templates = with(place.path()).unwrap();
    for name in ["login_code_valid", "recovery_code_valid"] {
        let payload = sample(&templates, name, |json| {
            json["template_data"]["transient_payload"] = serde_json::json!({"x": vec![1; 40]});
        });
        let render = templates.render("default", &payload);
        assert_eq!((render.source, render.fallback), (TemplateSource::BuiltIn, Some("overlay_failed")), "{name}");
    }
}

#[test]
fn a_new_type_may_have_a_directory() {
    let place = directory(&[
        ("mails/raffle/subject.hbs", b"You are invited"),
        ("mails/raffle/text.hbs", b"Come in, {{data.who}}"),
    ]);
    let templates = with(place.path()).unwrap();
    let of = |data: &str| {
        let json = format!(
            r#"{{"recipient":"u@example.org","template_type":"raffle","subject":"s","body":"b","template_data":{data}}}"#
        );
        templates.render("default", &CourierPayload::parse(json.as_bytes()).unwrap())
    };
    let render = of(r#"{"who":"<Ada>"}"#);
    assert_eq!((render.source, render.fallback), (TemplateSource::Overlay, None));
    assert_eq!((render.rendered.text.as_str(), render.rendered.html), ("Come in, <Ada>\n", None));
    assert_eq!((of("{}").source, of("{}").fallback), (TemplateSource::Kratos, Some("overlay_failed")));
    assert!(refused(&[("mails/raffle/text.hbs", b"x")]).contains("a new one needs subject.hbs"));
}

#[test]
fn all_problems_are_told_at_once_with_place_and_cure() {
    let message = refused(&[
        ("mails/recovery_code_vald/text.hbs", b"x"),
        ("mails/login_code_valid/txt.hbs", b"x"),
        ("mails/login_code_valid/html.hbs", b"<p>\n{{#if code}}{{code}}"),
        ("mails/login_code_valid/text.hbs", b"no code"),
        ("mails/recovery_valid/text.hbs", b"{{url link}} {{nobody}}"),
        ("mails/stub/html.hbs", b"\xff\xfe"),
        ("mails/stub/sample.json", b"{"),
        ("mails/registration_code_valid/text.hbs", b"{{code}} for {{duration expires_in_minutes}}"),
        ("mails/verification_code_valid/html.hbs", b"<b>{{code}}</b>"),
        ("partials/a.text.hbs", b"{{> b}}"),
        ("partials/b.text.hbs", b"\n{{> a}}"),
        ("partials/big.hbs", &vec![b'x'; 300_000]),
        ("layout/base.html.hbs", b""),
        ("mails/recovery_invalid/html.hbs", b"{{{data.x}}}"),
    ]);
    for expected in [
        "mails/recovery_code_vald/text.hbs: recovery_code_vald is no mail type; did you mean recovery_code_valid?",
        "mails/login_code_valid/txt.hbs: has no place in a template directory; the nearest that has is mails/login_code_valid/text.hbs",
        "mails/login_code_valid/html.hbs:",
        "mails/login_code_valid/text.hbs: it does not show the code; print {{code}}",
        "mails/recovery_valid/text.hbs:1:14: nobody is missing",
        "mails/stub/html.hbs: is not UTF-8",
        "mails/stub/sample.json: is no body of Kratos's courier",
        "mails/registration_code_valid/text.hbs:1:",
        "put {{#if …}} around those): expires_in_minutes is missing",
        "mails/verification_code_valid/html.hbs: it does not show the link",
        "partials/b.text.hbs:2: the partials a → b → a include each other; break the circle",
        "partials/big.hbs: is larger than 256 KiB",
        "layout: has no place in a template directory",
        "mails/recovery_invalid/html.hbs:1: {{{…}}} and {{&…}} are not supported",
    ] {
        assert!(message.contains(expected), "{expected}\n\n{message}");
    }
}

#[test]
fn what_would_abort_the_process_is_refused() {
    let deep = format!("{{{{code}}}}{}{}", "{{#if code}}".repeat(2_000), "{{/if}}".repeat(2_000));
    assert!(refused(&[("mails/login_code_valid/text.hbs", deep.as_bytes())]).contains("nest more than 64 deep"));
    assert!(refused(&[("partials/footer.text.hbs", deep.as_bytes())]).contains("nest more than 64 deep"));
    let circle: &[(&str, &[u8])] = &[
        ("layouts/base.text.hbs", b"{{> footer}}{{> @partial-block}}"),
        ("partials/footer.text.hbs", b"{{#> greeting}}{{/greeting}}"),
        ("partials/greeting.text.hbs", b"{{#if name}}{{> footer}}{{/if}}"),
    ];
    assert!(refused(circle).contains("include each other; break the circle"));
    let inline = b"{{#*inline \"footer\"}}{{> footer}}{{/inline}}{{#> base}}{{code}}{{/base}}";
    assert!(refused(&[("mails/login_code_valid/text.hbs", inline)]).contains("include each other"));
    // Nesting right at the limit is rendered without harm, on the small stack of a test thread.
    let most = format!("{{{{code}}}}{}{}", "{{#if code}}".repeat(64), "{{/if}}".repeat(64));
    assert_eq!(refused(&[("mails/login_code_valid/text.hbs", most.as_bytes())]), "");
    let slots = format!("{}{{{{> @partial-block}}}}{{{{code}}}}{}", "{{#> wrap}}".repeat(20), "{{/wrap}}".repeat(20));
    let wrap: &[u8] = b"({{#> inner}}{{> @partial-block}}{{/inner}})";
    let message = refused(&[
        ("mails/login_code_valid/text.hbs", slots.as_bytes()),
        ("partials/wrap.text.hbs", wrap),
        ("partials/inner.text.hbs", b"[{{> @partial-block}}]"),
    ]);
    assert!(!message.is_empty(), "a slot without a block around it fails, but does not abort");
}

#[cfg(unix)]
#[test]
fn odd_files_are_refused_and_links_followed() {
    use std::os::unix::fs::symlink;
    let place = directory(&[("..data/mails/stub/subject.hbs", b"linked"), ("mails/login_code_valid/x/y", b"")]);
    symlink("..data/mails/stub", place.path().join("mails/stub")).unwrap();
    symlink("loop", place.path().join("loop")).unwrap();
    symlink("..", place.path().join("mails/verification_valid")).unwrap();
    fs::create_dir_all(place.path().join("partials/footer.html.hbs")).unwrap();
    let message = with(place.path()).err().unwrap().to_string();
    for expected in [
        "loop: cannot be read (",
        "mails/verification_valid/mails: has no place",
        "partials/footer.html.hbs: has no place",
        "mails/login_code_valid/x: has no place",
        "mails/stub: cannot be read (",
    ] {
        assert!(message.contains(expected), "{expected}\n\n{message}");
    }
    fs::remove_file(place.path().join("mails/stub")).unwrap();
    symlink(place.path().join("..data/mails/stub"), place.path().join("mails/stub")).unwrap();
    for wrong in ["loop", "mails/verification_valid"] {
        fs::remove_file(place.path().join(wrong)).unwrap();
    }
    fs::remove_dir_all(place.path().join("mails/login_code_valid")).unwrap();
    fs::remove_dir_all(place.path().join("partials")).unwrap();
    let templates = with(place.path()).unwrap();
    assert_eq!(templates.render("default", &sample(&templates, "stub", |_| ())).rendered.subject, "linked");
    assert!(with(Path::new("/nowhere")).err().unwrap().to_string().contains("check templates.directory"));
}
