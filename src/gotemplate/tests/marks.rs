//! What has no counterpart is marked where it stands.

use super::{directory, html, text};

#[test]
fn a_mark_stands_at_its_place_and_says_why() {
    let (written, marks) = text("Hi {{ .To }}\nId {{ .Identity.id | sha256sum | upper }}.\n");
    assert_eq!(
        marks,
        ["verification_code/valid/email.body.plaintext.gotmpl:2:22: there is no counterpart of sha256sum"]
    );
    assert_eq!(
        written,
        "Hi {{data.to}}\nId {{fail \"there is no counterpart of sha256sum\"}}{{!-- {{.Identity.id | sha256sum | upper}} --}}.\n"
    );
}

#[test]
fn a_block_whose_question_cannot_be_asked_keeps_its_words() {
    let (written, marks) = text("{{ if regexMatch \"a\" .To }}yes{{ else }}no{{ end }}");
    assert_eq!(marks.len(), 1, "{marks:?}");
    assert_eq!(
        written,
        "{{#if (fail \"there is no counterpart of regexMatch\")}}{{!-- if regexMatch \"a\" .To --}}yes{{else}}no{{/if}}\n"
    );
    let (written, _) = text("{{ range keys .Identity.traits }}{{ . }}{{ end }}");
    assert!(written.contains("{{#each (fail \"there is no counterpart of keys\") as |item|}}{{item}}"), "{written}");
}

#[test]
fn each_reason_is_told() {
    for (template, why) in [
        ("{{ .RecoveryCode }}", "Kratos has no field .RecoveryCode here; it has .To, .VerificationCode"),
        ("{{ .UserRequestHeaders }}", "Kratos does not post .UserRequestHeaders"),
        ("{{ now }}", "Kratos has no now in its templates"),
        ("{{ printf \"%05d\" .ExpiresInMinutes }}", "no counterpart of %0 in printf"),
        ("{{ printf .To }}", "the format of printf must be written out"),
        ("{{ upper .To .To }}", "upper takes 1, not 2 values"),
        ("{{ $x }}", "$x is not declared"),
        ("{{ $x = 1 }}", "$x is not declared"),
        ("{{ . }}", "cannot be printed"),
        ("{{ list .To }}", "cannot be printed"),
        ("{{ .OAuth2LoginRequest }}", "cannot be printed"),
        ("{{ .OAuth2LoginRequest.Client.Name }}", "no field .Name here; it has .ClientID"),
        ("{{ template \"none\" . }}", "there is no template \"none\""),
        ("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}", "a template that includes itself"),
        ("{{ $s := \"\" }}{{ range .Identity.traits.roles }}{{ $s = . }}{{ end }}{{ $s }}", "$s is set inside a loop"),
        ("{{ range .Identity.traits.roles }}{{ break }}{{ end }}", "a loop cannot be left here"),
        ("{{ $x := .To }}{{ if .To }}{{ $x = list .To }}{{ end }}", "depends on a condition"),
        ("{{ .To \"x\" }}", ".To is no function"),
        ("{{ index (list 1) 3 }}", "the list has no such item"),
        ("{{ (print \"x\").y }}", "there is nothing inside of a text"),
        ("{{ range 3 }}x{{ end }}", "a loop over something that is no list"),
        ("{{ dict .To 1 }}", "the keys of dict must be written out"),
    ] {
        let (written, marks) = text(template);
        assert!(marks.iter().any(|mark| mark.contains(why)), "{template}: {marks:?}\n{written}");
        assert!(
            written.contains("fail \"") || template.contains("= 1") || template.contains("list .To }}{{ end"),
            "{written}"
        );
    }
}

#[test]
fn where_escaping_does_not_help_nothing_is_printed() {
    for (template, why) in [
        ("<p style=\"color:{{ .TransientPayload.colour }}\">", "in a style,"),
        ("<style>a{color:{{ .To }}}</style>", "in a style sheet,"),
        ("<script>var x = \"{{ .To }}\"</script>", "in a script,"),
        ("<a href={{ .VerificationURL }}>x</a>", "in an attribute without quotes; put quotes around it"),
        ("<a {{ .To }}>x</a>", "inside a tag,"),
    ] {
        let (written, marks) = html(template);
        assert!(marks.len() == 1 && marks[0].contains(why), "{template}: {marks:?}\n{written}");
    }
    let (written, marks) =
        html("<style>a{color:red}</style><p style=\"x\" title='{{ .To }}'>{{ .VerificationCode }}</p>");
    assert_eq!((marks.len(), written.contains("title='{{data.to}}'>{{code}}<")), (0, true), "{written}");
}

#[test]
fn what_swells_or_nests_without_end_is_cut_off() {
    let double = |n: usize| {
        format!("{{{{ define \"t{n}\" }}}}{0}{0}{{{{ end }}}}", format!("{{{{ template \"t{}\" . }}}}", n + 1))
    };
    let swelling: String = (0..40).map(double).collect();
    let (written, marks) =
        text(&format!("{swelling}{{{{ define \"t40\" }}}}x{{{{ end }}}}{{{{ template \"t0\" . }}}}"));
    assert!(marks.iter().any(|mark| mark.contains("too large")), "{marks:?}");
    assert!(written.len() < 200_000, "{}", written.len());
    let nested = |n: usize| {
        format!(
            "{{{{ define \"t{n}\" }}}}{}{{{{ template \"t{}\" . }}}}{}{{{{ end }}}}",
            "{{ if .To }}".repeat(50),
            n + 1,
            "{{ end }}".repeat(50)
        )
    };
    let deep: String = (0..200).map(nested).collect();
    let (_, marks) = text(&format!("{deep}{{{{ template \"t0\" . }}}}"));
    assert!(marks.iter().any(|mark| mark.contains("too large")), "{marks:?}");
    let growing = "{{ $x = list $x $x }}".repeat(500);
    let (_, marks) = text(&format!("{{{{ $x := .To }}}}{growing}{{{{ $x }}}}"));
    assert!(marks.iter().any(|mark| mark.contains("grows too large")), "{marks:?}");
    let (_, marks) = text(&format!("{{{{ {} .To {} }}}}", "(upper ".repeat(12), ")".repeat(12)));
    assert!(marks.iter().any(|mark| mark.contains("8 deep")), "{marks:?}");
}

#[test]
fn a_file_that_go_cannot_read_is_marked_as_a_whole() {
    let import = directory(&[("login_code/valid/email.subject.gotmpl", "a\n{{ if }}")]);
    let file = import.files.iter().find(|file| file.path == "mails/login_code_valid/subject.hbs").unwrap();
    assert_eq!(
        file.text,
        "{{fail \"Go cannot read login_code/valid/email.subject.gotmpl:2:6: a value is missing\"}}\n"
    );
    assert_eq!(file.marks.len(), 1);
}
