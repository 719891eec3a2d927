//! Each promise of the check, broken once.

use super::*;

const GOOD: &str = "<html lang=en dir=ltr><head><title>T</title></head><body>";

fn told(body: &str) -> Vec<String> {
    let page = format!("{GOOD}{body}</body></html>");
    html("doc", &page, &mark(0, &page), &["f"]).iter().map(|problem| problem.message.clone()).collect()
}

#[test]
fn a_plain_page_has_no_flaw() {
    assert_eq!(told("<p>Text <a href=\"https://x.example\">link</a><br><img src=\"cid:1@x\" alt=\"\"></p>"), [""; 0]);
    assert_eq!(told("<table role=presentation><tr><td>1<td>2</table><!--[if mso]><table><![endif]-->"), [""; 0]);
}

#[test]
fn remote_unsafe_and_active_content_is_told() {
    for (body, expected) in [
        ("<img src=\"https://x.example/a.png\" alt=\"\">", "remote content"),
        ("<img src=\"data:image/png,x\" alt=\"\">", "data: pictures"),
        ("<td background=\"//x/a.png\">x</td>", "remote content"),
        ("<p style=\"background:url(https://x)\">x</p>", "url( loads remote"),
        ("<style>@import 'https://x.example/a.css';</style>", "@import loads remote"),
        ("<style>@font-face { src: x }</style>", "@font-face loads remote"),
        ("<a href=\"javascript:alert(1)\">x</a>", "the link is unsafe"),
        ("<a href=\" JAVASCRIPT:alert(1)\">x</a>", "the link is unsafe"),
        ("<a href=\"data:text/html,x\">x</a>", "the link is unsafe"),
        ("<a href=\"/relative\">x</a>", "the link is unsafe or leads nowhere"),
        ("<a href=\"\">x</a>", "the link is unsafe or leads nowhere"),
        ("<script>1</script>", "<script> does not work in mail"),
        ("<form></form>", "<form> does not work in mail"),
        ("<p onclick=\"x\">x</p>", "onclick does not work in mail"),
    ] {
        let told = told(body);
        assert!(told.len() == 1 && told[0].contains(expected), "{body}: {told:?}");
    }
}

#[test]
fn what_a_screen_reader_needs_is_told() {
    assert!(told("<img src=\"cid:1@x\">")[0].contains("no alt"));
    assert!(told("<table><tr><td>x</td></tr></table>")[0].contains("no role"));
    let bare: Vec<_> = html("doc", "", &mark(0, "<html>\n<body>x</body></html>"), &["f"]);
    let bare: Vec<_> = bare.iter().map(ToString::to_string).collect();
    assert!(bare.iter().any(|told| told.starts_with("f:1:1: <html> has no language")), "{bare:?}");
    assert!(bare.iter().any(|told| told.starts_with("f:1:1: <html> has no direction")), "{bare:?}");
    assert!(bare.iter().any(|told| told.starts_with("doc: there is no <title>")), "{bare:?}");
}

#[test]
fn a_heading_without_words_is_told() {
    assert!(told("<h1></h1>")[0].contains("<h1> says nothing"));
    assert_eq!(told("<h1><b>x</b></h1>"), [""; 0]);
    let mute = html("doc", "", "<html lang=en dir=ltr><title> </title><h1>x</h1></html>", &[]);
    assert!(mute[0].message.contains("or nothing in it"), "{mute:?}");
}

#[test]
fn tags_that_do_not_match_are_told() {
    assert!(told("<div><p>x</div>").is_empty(), "a p may end by itself");
    assert!(told("<div><b>x</div>")[0].contains("<b> is not closed before </div>"));
    assert!(told("x</i>")[0].contains("</i> closes nothing"));
    assert!(told("<p class=\"a\" class=\"b\">x</p>")[0].contains("no clean HTML"));
}

#[test]
fn text_that_cannot_be_read_is_told_for_light_and_dark() {
    let grey = told("<p style=\"color:#999\">x</p>");
    assert_eq!(grey.len(), 1);
    assert!(grey[0].contains("#999999 on #ffffff has a contrast of 2.8, 4.5 is the least;"), "{grey:?}");
    assert_eq!(told("<div style=\"display:none;color:#fff\">x</div>"), [""; 0]);
    assert_eq!(told("<td bgcolor=\"#000000\" style=\"color:#fff\"><b>x</b></td>"), [""; 0]);
    assert_eq!(told("<td style=\"background:url(cid:x);color:#fff\">x</td>").len(), 1, "unmeasured, but remote");
    let dark = "<style>@media (prefers-color-scheme: dark) { .card { background: #000 !important } }</style>";
    let dark = told(&format!("{dark}<p class=\"card\" style=\"color:#222;background:#fff\">x</p>"));
    assert_eq!(dark.len(), 1);
    assert!(dark[0].contains("hard to read in dark mode: #222222 on #000000"), "{dark:?}");
    assert!(told("<a href=\"https://x\" style=\"background:#00f\">x</a>")[0].contains("#0000ee on #0000ff"));
}

#[test]
fn size_and_length_are_told() {
    let page = format!("{GOOD}{}</body></html>", "x".repeat(LARGEST_HTML));
    assert!(html("doc", &page, &page, &[])[0].message.contains("bytes long, 36000 are the most"));
    let long = "a".repeat(79);
    let told = |text: &str| subject("doc", text).iter().map(|problem| problem.message.clone()).collect::<Vec<_>>();
    assert!(told("one\ntwo")[0].contains("longer than one line"));
    assert!(told(&long)[0].contains("79 characters, 78 fit"));
    assert_eq!(told("fine\n"), [""; 0]);
    assert_eq!(sms("doc", &"a".repeat(306)), None);
    assert!(sms("doc", &"a".repeat(307)).unwrap().message.contains("sent as 3"));
}
