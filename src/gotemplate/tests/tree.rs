//! Kratos's directory: which file becomes which.

use super::directory;
use crate::gotemplate::{Release, builtins, import};
use std::collections::BTreeSet;

#[test]
fn kratos_s_own_templates_need_no_hand() {
    let files = builtins().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let import = import(&files, Release::Current);
    assert_eq!(import.left_out, Vec::new());
    assert_eq!(import.files.len(), files.len());
    for file in &import.files {
        assert!(file.marks.is_empty() && !file.builtin, "{}: {:?}", file.path, file.marks);
    }
    let paths: BTreeSet<&str> = import.files.iter().map(|file| file.path.as_str()).collect();
    for path in
        ["mails/recovery_valid/html.hbs", "mails/verifiable_address_changed/text.hbs", "sms/login_code_valid.hbs"]
    {
        assert!(paths.contains(path), "{path}");
    }
}

#[test]
fn what_a_directory_lacks_of_a_mail_is_kratos_s_own() {
    let import = directory(&[("recovery_code/valid/email.body.gotmpl", "<p>{{ .RecoveryCode }}</p>")]);
    let found: Vec<_> = import.files.iter().map(|file| (file.path.as_str(), file.builtin)).collect();
    assert_eq!(
        found,
        [
            ("mails/recovery_code_valid/subject.hbs", true),
            ("mails/recovery_code_valid/text.hbs", true),
            ("mails/recovery_code_valid/html.hbs", false),
        ]
    );
    assert_eq!(import.files[0].text, "Use code {{code}} to recover access to your account\n");
    assert_eq!(import.files[2].text, "<p>{{code}}</p>\n");
    let files = [("recovery_code/valid/email.body.gotmpl".to_owned(), "x".to_owned())].into();
    let older = crate::gotemplate::import(&files, Release::of("v1.3.1").unwrap());
    assert_eq!(older.files[0].text, "Recover access to your account\n");
    assert_eq!([Release::of("26.2"), Release::of("HEAD")], [Some(Release::Current), None]);
}

#[test]
fn text_messages_stand_alone_and_have_names_of_their_own() {
    let import = directory(&[(
        "recovery_code/valid/sms.body.gotmpl",
        "{{ .RecoveryCode }} {{ if .RequestURLDomain }}@{{ .RequestURLDomain }} #{{ .RecoveryCode }}{{ end }}",
    )]);
    assert_eq!(import.files.len(), 1);
    assert_eq!(import.files[0].path, "sms/recovery_code_valid.hbs");
    assert_eq!(
        import.files[0].text,
        "{{code}} {{#if data.request_url_domain}}@{{default data.request_url_domain \"\"}} #{{code}}{{/if}}\n"
    );
}

#[test]
fn files_beside_are_templates_by_their_names() {
    let import = directory(&[
        ("login_code/valid/email.body.gotmpl", "{{ template \"email.body.de_DE.gotmpl\" . }}"),
        ("login_code/valid/email.body.de_DE.gotmpl", "<b>{{ .LoginCode | sha1sum }}</b>{{ template \"sig\" }}"),
        ("login_code/valid/email.body.sig.gotmpl", "{{ define \"sig\" }}Bye{{ end }}"),
        ("login_code/valid/email.subject.de.gotmpl", "alone"),
    ]);
    let html = import.files.iter().find(|file| file.path.ends_with("html.hbs")).unwrap();
    assert!(html.text.ends_with("</b>Bye\n"), "{}", html.text);
    assert_eq!(html.marks[0].file, "login_code/valid/email.body.de_DE.gotmpl");
    assert_eq!(import.left_out.len(), 1);
    assert_eq!(import.left_out[0].0, "login_code/valid/email.subject.de.gotmpl");
}

#[test]
fn what_kratos_does_not_read_is_left_out_and_told() {
    let import = directory(&[
        ("otp/sms.body.gotmpl", "{{ .Code }}"),
        ("test_stub/email.body.gotmpl", "x"),
        ("welcome/email.body.gotmpl", "x"),
        ("README.md", "x"),
        ("recovery/valid/notes.txt", "x"),
    ]);
    assert!(import.files.is_empty());
    let told: Vec<_> = import.left_out.iter().map(|(path, why)| format!("{path}: {why}")).collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told[1].starts_with("otp/sms.body.gotmpl: Kratos v1.0 posts this text message finished"), "{told:?}");
}
