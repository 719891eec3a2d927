//! docs/migrate.md with a real Kratos that has templates of its own: its words go out, are taken over,
//! compared with what it posted, and switched on for one type.

use crate::binary::{Kratos, binaries};
use crate::fake_smtp::FakeSmtp;
use crate::mail;
use crate::own::{self, BEARER, by_key, courier_url};
use crate::rest::Kind;
use crate::shipped;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_mins(4);

/// What an operator wrote: a layout with a part, a language, a link of its own, white space by markers.
const THEIRS: &[(&str, &str)] = &[
    (
        "recovery_code/valid/email.body.gotmpl",
        r#"{{ define "button" }}<a href="{{ .url }}" style="color:#fff">{{ .label }}</a>{{ end -}}
<!doctype html>
<html><head><title>Recovery</title><style>p { margin: 0 } /* ours */</style></head><body>
<!-- internal: {{ .Identity.id }} -->
{{ $name := splitList "@" .To | first }}{{ if eq $name "u1" }}<p>Dear {{ $name }},</p>{{ else }}<p>Hello,</p>{{ end }}
<p>{{ upper "code" }}: <b>{{ .RecoveryCode }}</b> for {{ .Identity.traits.email }}</p>
{{ template "button" (dict "url" (printf "https://app.example/recover?code=%s&mail=x" .RecoveryCode) "label" "Go on") }}
{{ range $i, $address := .Identity.recovery_addresses }}{{ if $i }}, {{ end }}{{ $address.value }}{{ end }}
</body></html>
"#,
    ),
    (
        "recovery_code/valid/email.body.plaintext.gotmpl",
        "{{- if hasPrefix \"u1\" .To -}}\nHallo,\n{{- else -}}\nHello,\n{{- end }}\n\n\
         {{ .RecoveryCode }}\n\n{{ with .Identity.traits.second }}\nfor {{ . | title }}\n{{ end }}\n\
         {{ $shop := \"Shop\" }}{{ if eq .To \"u1@example.org\" }}{{ $shop = \"Your shop\" }}{{ end }}{{ $shop }}\n",
    ),
    ("verification_code/valid/email.subject.gotmpl", "{{ .VerificationCode }} for {{ .To }}\n"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_with_templates_moves_over_type_by_type() {
    for binary in binaries() {
        let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
        for (path, text) in THEIRS {
            let place = home.path().join("theirs").join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        fs::create_dir(home.path().join(own::RECORD)).unwrap();
        let all_kratos = json!({"templates": {"render": {"default": "kratos"}}});
        let app = own::start_with(home.path(), 0, &smtp, &by_key(), &all_kratos).await;
        let address = app.admin();
        let mut courier = shipped::courier(&courier_url(address), BEARER);
        let theirs = home.path().join("theirs").display().to_string();
        courier.as_object_mut().unwrap().insert("template_override_path".to_owned(), theirs.into());
        let kratos = Kratos::start(&binary, &courier).await;
        for (number, kind) in [Kind::Recovery, Kind::Recovery, Kind::Verification].into_iter().enumerate() {
            let to = format!("u{number}@example.org");
            kratos.create(&to).await;
            kratos.begin(kind, &to, None).await;
            kratos.await_sent(&[to], LIMIT).await;
        }
        let before = smtp.await_mails(3, LIMIT).await;
        app.stop().await.unwrap();

        let version = kratos.name.strip_prefix("kratos-").filter(|name| name.starts_with('v')).unwrap_or("v26.2.0");
        let (status, said) =
            postrider(home.path(), &["templates", "import", "gotmpl", "theirs", "--out", "ours", "--kratos", version]);
        assert!(status && !said.contains("fail \""), "{}: {said}", kratos.name);
        let diff = ["templates", "diff", "--directory", "ours", "--payloads", own::RECORD];
        let (status, said) = postrider(home.path(), &diff);
        assert!(status, "{}: {said}", kratos.name);
        assert_eq!(
            said, "3 compared: 3 the same, 0 differ, 0 fail, 0 without a template of yours\n",
            "{}",
            kratos.name
        );

        let ours = home.path().join("ours");
        let one_ours = json!({"templates": {
            "directory": ours,
            "render": {"default": "kratos", "recovery_code_valid": "postrider"},
        }});
        let app = own::start_with(home.path(), address.port(), &smtp, &by_key(), &one_ours).await;
        kratos.begin(Kind::Recovery, "u0@example.org", None).await;
        let after = smtp.await_mails(4, LIMIT).await.pop().unwrap();
        let first = before.iter().find(|mail| mail.rcpt == ["u0@example.org"]).unwrap();
        let (now, then) = (mail::code(&after), mail::code(first));
        // Of several empty lines we send one.
        let lines = |text: String| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (ours, kratos_s) = (mail::text(&after).replace(&now, &then), mail::text(first));
        assert_eq!(lines(ours), lines(kratos_s), "{}", kratos.name);
        // Kratos before v25.4 posts no HTML: only now that mail has its HTML again.
        let html = String::from_utf8_lossy(&after.data).into_owned();
        assert!(html.contains("<b>") && html.contains(&now), "{}: {html}", kratos.name);
        drop(kratos);
        app.stop().await.unwrap();
    }
}

fn postrider(home: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_postrider")).args(args).current_dir(home).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}
