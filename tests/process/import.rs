//! `templates import` and `templates diff`: from Kratos's templates to ours, and whether mails say the
//! same.

use crate::server::run;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// A home with Kratos's own templates of a version in `theirs`, some of them replaced.
fn home(version: &str, changed: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let tree = fs::read_to_string(format!("{FIXTURES}/gotmpl/kratos/{version}.json")).unwrap();
    let mut files: BTreeMap<String, String> = serde_json::from_str(&tree).unwrap();
    files.extend(changed.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    for (path, text) in files {
        write(&home.path().join("theirs").join(path), &text);
    }
    home
}

fn write(place: &Path, text: &str) {
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn payloads(version: &str) -> String {
    format!("{FIXTURES}/kratos/courier/{version}")
}

const IMPORT: &[&str] = &["templates", "import", "gotmpl", "theirs", "--out", "ours"];

#[test]
fn the_templates_of_every_kratos_are_taken_over_and_say_what_it_said() {
    let mut compared = 0;
    for version in ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.1", "v25.4.0", "v26.2.0", "HEAD"] {
        let home = home(version, &[]);
        let (status, out, said) = run(home.path(), IMPORT);
        assert_eq!(status, 0, "{version}: {out}{said}");
        assert!(out.lines().skip(1).all(|line| line.trim_end().ends_with('0')), "{version}: {out}");
        let told = said.lines().all(|line| line.contains("test_stub/") || line.contains("otp/"));
        assert!(told, "{version}: {said}");
        for entry in fs::read_dir(payloads(version)).unwrap() {
            let place = entry.unwrap().path();
            let name = place.file_name().unwrap().to_str().unwrap();
            // These rows were made by hand, subject and text with them.
            if !name.contains(".sql-inserted.") {
                write(&home.path().join("posted").join(name), &fs::read_to_string(&place).unwrap());
            }
        }
        let args = ["templates", "diff", "--directory", "ours", "--payloads", "posted"];
        let (status, out, said) = run(home.path(), &args);
        assert_eq!((status, said.as_str()), (0, ""), "{version}: {out}");
        let (all, rest) = out.trim().split_once(" compared: ").unwrap();
        assert_eq!(rest, format!("{all} the same, 0 differ, 0 fail, 0 without a template of yours"), "{version}");
        compared += all.parse::<usize>().unwrap();
    }
    assert!(compared > 150, "{compared}");
}

/// A mail as operators write them: a layout, languages, a trait, a button.
const CUSTOM: &str = r#"{{ define "button" }}<a class="b" href="{{ .url }}">{{ .label }}</a>{{ end -}}
<html><head><style>.b { color: red } /* brand */</style></head><body>
<!-- {{ .To }} asked for it -->
{{ if .Identity.traits.name }}<p>Hi {{ .Identity.traits.name.first | title }},</p>{{ end }}
{{ $hello := "Hello" }}{{ if eq .Identity.traits.locale "fr-CH" "fr" }}{{ $hello = "Bonjour" }}{{ end -}}
<h1>{{ $hello }}</h1>
<p>{{ .VerificationCode }}</p>
{{ template "button" (dict "url" .VerificationURL "label" "Verify") }}
<p>{{ .VerificationURL }}</p>
</body></html>
"#;

#[test]
fn what_is_not_the_same_is_shown_and_fails() {
    let home = home("v26.2.0", &[("verification_code/valid/email.body.gotmpl", CUSTOM)]);
    let (status, out, said) = run(home.path(), IMPORT);
    assert_eq!(status, 0, "{out}{said}");
    // Kratos posted this with its own templates, so the HTML of one type differs.
    let args = ["templates", "diff", "--directory", "ours", "--payloads", &payloads("v26.2.0")];
    let (status, out, said) = run(home.path(), &args);
    assert_eq!((status, said.as_str()), (1, "postrider: not every message says what Kratos's says\n"));
    assert!(out.contains("email.verification_code_valid.plain.json: the html differs\n  kratos: Verify\n"), "{out}");
    assert!(out.contains("  ours:   <h1>Bonjour</h1>\n") && !out.contains("the text differs"), "{out}");
    let (_, out, _) = run(home.path(), &[&["--format", "json"], &args[..]].concat());
    let rows: Value = serde_json::from_str(&out).unwrap();
    let differs = |row: &&Value| row["result"] == "differs";
    let first = rows.as_array().unwrap().iter().find(differs).unwrap();
    assert_eq!(first["differences"][0]["part"], "html");
    let ours = first["differences"][0]["ours"].as_str().unwrap();
    assert!(!ours.contains("asked") && !ours.contains("brand"), "{ours}");
}

/// One type is switched over, the others go out in Kratos's words.
const CONFIG: &str = "
secrets: {cipher: [a-secret-of-more-than-32-characters-for-tests]}
sources: {default: {auth: [{id: k, type: basic_auth, config: {user: u, password: p}}]}}
courier: {smtp: {connection_uri: 'smtp://127.0.0.1:1/', from_address: a@example.org}}
templates: {directory: ours, render: {default: kratos, login_code_valid: postrider}}
";

#[test]
fn what_needs_a_hand_is_listed_and_fails_the_check_until_it_is_done() {
    let marked = "Hi,\n\n{{ .RecoveryCode }}\n{{ .Identity.id | sha256sum }}\n";
    let home = home("v26.2.0", &[("recovery_code/valid/email.body.plaintext.gotmpl", marked)]);
    let (status, out, said) = run(home.path(), IMPORT);
    assert_eq!(status, 1);
    assert!(
        said.ends_with("1 to translate by hand: each stands as {{fail \"…\"}} in the files, its Go beside it\n"),
        "{said}"
    );
    let line = "recovery_code/valid/email.body.plaintext.gotmpl:4:19: there is no counterpart of sha256sum \
                (in mails/recovery_code_valid/text.hbs: {{.Identity.id | sha256sum}})";
    assert!(out.contains(line), "{out}");
    assert!(out.contains("mails/recovery_code_valid/text.hbs:4:1: there is no counterpart of sha256sum"), "{out}");
    let (status, out, _) = run(home.path(), &["templates", "check", "--directory", "ours"]);
    assert!(status == 1 && out.contains("text.hbs:4:1: there is no counterpart of sha256sum"), "{out}");

    // Also where no sample comes.
    let place = home.path().join("ours/mails/login_code_valid/text.hbs");
    let whole = fs::read_to_string(&place).unwrap();
    fs::write(&place, format!("{whole}{{{{#if data.nothing}}}}{{{{fail \"not yet\"}}}}{{{{/if}}}}\n")).unwrap();
    let (_, out, _) = run(home.path(), &["templates", "check", "--directory", "ours"]);
    assert!(out.contains("mails/login_code_valid/text.hbs:6:21: not yet\n"), "{out}");
    fs::write(&place, whole).unwrap();

    // The others can be compared and used all the same.
    write(&home.path().join("postrider.yml"), CONFIG);
    let (status, out, said) = run(home.path(), &["-c", "postrider.yml", "check"]);
    assert_eq!(status, 0, "{out}{said}");
    let diff =
        |home: &Path| run(home, &["-c", "postrider.yml", "templates", "diff", "--payloads", &payloads("v26.2.0")]);
    let (status, out, _) = diff(home.path());
    assert_eq!(status, 1);
    assert!(
        out.contains("email.recovery_code_valid.resend.json: mails/recovery_code_valid/text.hbs:4:1: there is no"),
        "{out}"
    );
    assert!(out.contains(" 0 differ, "), "{out}");

    let place = home.path().join("ours/mails/recovery_code_valid/text.hbs");
    let text = fs::read_to_string(&place).unwrap();
    let mended = text.lines().filter(|line| !line.contains("{{fail")).collect::<Vec<_>>().join("\n");
    fs::write(&place, mended + "\n").unwrap();
    let (_, out, _) = diff(home.path());
    assert!(out.contains(" 0 fail, ") && !out.contains("sha256sum"), "{out}");
}

#[test]
fn nothing_of_yours_is_written_over_and_nothing_is_taken_for_what_it_is_not() {
    let home = home("v1.3.1", &[]);
    assert_eq!(run(home.path(), IMPORT).0, 0);
    assert_eq!(run(home.path(), IMPORT).0, 0, "the same again is no harm");
    let place = home.path().join("ours/sms/login_code_valid.hbs");
    fs::write(&place, "{{code}} is mine\n").unwrap();
    let (status, _, said) = run(home.path(), IMPORT);
    assert_eq!(status, 1);
    assert!(said.contains("ours has sms/login_code_valid.hbs already; give another --out, or --force"), "{said}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "{{code}} is mine\n");
    assert_eq!(run(home.path(), &[IMPORT, &["--force"]].concat()).0, 0);
    assert_eq!(fs::read_to_string(&place).unwrap(), "Your login code is: {{code}}\n");

    let (status, _, said) = run(home.path(), &["templates", "import", "gotmpl", "ours"]);
    assert!(status == 1 && said.contains("no template of Kratos's is in ours; it has files such as"), "{said}");
    let (status, _, said) = run(home.path(), &["templates", "import", "gotmpl", "nowhere"]);
    assert!(status == 1 && said.contains("nowhere cannot be read"), "{said}");
    let args = ["templates", "diff", "--payloads", &payloads("v1.3.1")];
    let (status, _, said) = run(home.path(), &args);
    assert!(status == 1 && said.contains("nothing was compared"), "{said}");
}
